import { ERROR_FREQUENTLY_OPERATION, type Slot } from '@earshot/protocol'
import { badParameter } from '../bad-parameter.js'
import { AliRtcError } from '../errors.js'
import { log } from '../log.js'
import { isPhone } from '../support/browser-name.js'
import { capture, type Captures } from './capture.js'
import { choiceRefusal, defaultChoices, deviceConstraints, encodingOf, PROFILES, shapeOf, type CameraChoice, type LocalChoices, type MicrophoneChoice } from './local-choices.js'
import { captureError } from './device-errors.js'
import { LocalTracks, type TrackUser } from './local-tracks.js'
import { Preview } from './preview.js'
import { SLOTS } from './publish-plan.js'
import { Publisher, type PublisherOptions } from './publisher.js'
import { availableResolutions, type Resolution } from './resolutions.js'
import { readVideoProfile, type VideoProfile } from './video-profile.js'

export interface LocalMediaOptions extends Pick<PublisherOptions, 'holdContext' | 'onError' | 'onChange' | 'onMuted' | 'onSharedSound'> {
  /** Of a microphone: echo cancellation, noise suppression, gain control. */
  readonly audioProcessing: () => boolean
}

/** Our own media: what the app has chosen, what is captured of it, and who it goes to. */
export class LocalMedia {
  readonly choices: LocalChoices = defaultChoices()
  readonly preview: Preview
  readonly screenPreview: Preview
  readonly publisher: Publisher
  readonly #options: LocalMediaOptions
  readonly #tracks: LocalTracks
  /** Opened again as soon as they ended: a second time not before something changes, or a broken device would go on for ever. */
  readonly #reopened = new Set<Slot>()
  #probing = false

  constructor(options: LocalMediaOptions) {
    this.#options = options
    this.#tracks = new LocalTracks({
      capture: (slots, user) => this.capture(slots, user),
      shape: (slot, user) => shapeOf(slot, user, this.choices),
      onEnded: (slot, error) => {
        if (slot === 'screen') this.screenPreview.clear()
        if (slot === 'camera') this.preview.refresh()
        const { size } = this.#reopened
        void this.publisher.ended(slot, error, this.#reopened.add(slot).size > size ? this.#swap(slot, true) : undefined)
      },
      onSystemMute: (slot, muted) => {
        this.publisher.announceMute(slot)
        if (muted) options.onError(captureError(slot, new DOMException('muted by the system', 'NotReadableError')))
      },
      onDevices: () => { this.#recover() },
    })
    const refusal = (slot: Slot): AliRtcError | undefined => this.refusal(slot)
    this.preview = new Preview(this.#tracks, 'camera', refusal)
    this.screenPreview = new Preview(this.#tracks, 'screen', refusal)
    this.publisher = new Publisher({ ...options, tracks: this.#tracks, refusal, encoding: (slot, own) => encodingOf(slot, this.choices, own) })
  }

  /** Why a slot may not be captured, or received. */
  refusal(slot: Slot): AliRtcError | undefined {
    return choiceRefusal(slot, this.choices)
  }

  /** Captures as chosen. Never rejects. @param camera instead of what is chosen */
  capture(slots: readonly Slot[], user: TrackUser = 'publish', camera: MediaTrackConstraints = this.#camera(user)): Promise<Captures> {
    const { choices } = this
    const audio = deviceConstraints('currentAudioCapture', choices.devices.audio)
    return capture(slots, { processing: this.#options.audioProcessing(), audio, camera, screen: shapeOf('screen', user, choices), onLate: () => { this.#recover() } })
  }

  /** Throws 16974081. A device in use is swapped; when that fails the old one goes on and `onError` says why. */
  choose(name: 'currentCamera' | 'currentAudioCapture', choice: (CameraChoice & MicrophoneChoice) | CameraChoice | null | undefined): void {
    deviceConstraints(name, choice)
    const slot = name === 'currentCamera' ? 'camera' : 'audio'
    this.choices.devices[slot] = (choice ?? undefined) as MicrophoneChoice | undefined // the line above has looked
    void this.#swap(slot)
  }

  /** False for what is no profile, or another type. What is in use changes as far as the device can. */
  setVideoProfile(config: VideoProfile, type: 1 | 2): boolean {
    const slot = type === 1 ? 'camera' : 'screen'
    const profile = readVideoProfile(config, PROFILES[slot])
    if ((type !== 1 && type !== 2) || profile === undefined) return false
    this.choices.profiles[slot] = profile
    void this.#tracks.reshape(slot).then(() => this.publisher.renew(slot))
    return true
  }

  /** The same for the camera, as a property. Throws 16974081. */
  set videoProfile(config: VideoProfile) {
    if (!this.setVideoProfile(config, 1)) throw badParameter('videoProfile', '{ width, height, frameRate }', config)
  }

  /** False on phones. */
  setHighDefinition(on: boolean): boolean {
    if (isPhone(navigator.userAgent)) return false
    this.choices.highDefinition = on
    void this.#tracks.reshape('camera')
    return true
  }

  /** Rejects with 10500 while another call does the same, 10120, 10130, or a device code. */
  async availableResolutions(deviceId: string | undefined): Promise<Resolution[]> {
    if (this.#probing) throw new AliRtcError(ERROR_FREQUENTLY_OPERATION, 'the previous getAvailableResolutions is still pending')
    const refused = this.refusal('camera')
    if (refused !== undefined) throw refused
    const named = deviceId === 'user' || deviceId === 'environment' ? { facingMode: deviceId } : { deviceId }
    const device = deviceConstraints('currentCamera', deviceId === undefined ? this.choices.devices.camera : named)
    this.#probing = true
    try {
      return await availableResolutions(async (size) => (await this.capture(['camera'], 'publish', { ...size, ...device })).get('camera'))
    } finally {
      this.#probing = false
    }
  }

  /** False for another type, or what is no live track of its kind. */
  setExternal(track: MediaStreamTrack | null, type: 0 | 1 | 2): boolean {
    const slot = SLOTS.find((_, index) => index === type)
    const kind = type === 0 ? 'audio' : 'video'
    if (slot === undefined || (track !== null && !(track instanceof MediaStreamTrack && track.kind === kind && track.readyState === 'live'))) return false
    this.publisher.setExternal(slot, track)
    return true
  }

  close(): void {
    this.preview.stop()
    this.screenPreview.stop()
  }

  #camera(user: TrackUser): MediaTrackConstraints {
    return { ...shapeOf('camera', user, this.choices), ...deviceConstraints('currentCamera', this.choices.devices.camera) }
  }

  /** Something changed that may bring back what was lost, or another default. */
  #recover(): void {
    this.#reopened.clear()
    void this.#swap('audio', true)
    void this.#swap('camera', true)
  }

  /** @param needed by itself and only where something is to be gained: failures were told before */
  async #swap(slot: Slot, needed?: true): Promise<void> {
    if (this.refusal(slot) !== undefined) return
    const replaced = await this.#tracks.swap(slot, needed)
    if (replaced instanceof AliRtcError) return needed ? log('info', replaced.message) : this.#options.onError(replaced)
    if (replaced === undefined) return
    if (slot === 'camera') this.preview.refresh()
    await this.publisher.renew(slot)
    for (const track of replaced) track.stop()
  }
}
