import { ERROR_FREQUENTLY_OPERATION, ERROR_OPTIONS_ENABLECAMERA, type Slot } from '@earshot/protocol'
import { badParameter } from '../bad-parameter.js'
import { AliRtcError } from '../errors.js'
import { browserName, isPhone } from '../support/browser-name.js'
import { capture, type Captures } from './capture.js'
import {
  choiceRefusal, defaultChoices, deviceConstraints, readDevice, sendingOf, shapeOf, type CameraChoice, type LocalChoices, type MicrophoneChoice,
} from './local-choices.js'
import { LocalTracks, type TrackUser } from './local-tracks.js'
import { Preview } from './preview.js'
import { Publisher, type PublisherOptions } from './publisher.js'
import { availableResolutions, type Resolution } from './resolutions.js'
import { CAMERA, readVideoProfile, SCREEN, type VideoProfile } from './video-profile.js'

export interface LocalMediaOptions extends Pick<PublisherOptions, 'context' | 'onError' | 'onChange' | 'onMuted' | 'onSharedSound'> {
  /** Of a microphone: echo cancellation, noise suppression, gain control. */
  readonly audioProcessing: () => boolean
}

const defaults = { camera: CAMERA, screen: SCREEN } as const
const externalSlots: readonly Slot[] = ['audio', 'camera', 'screen']

/** Our own media: what the app has chosen, what is captured of it, and who it goes to. */
export class LocalMedia {
  readonly choices: LocalChoices = defaultChoices()
  readonly preview: Preview
  readonly screenPreview: Preview
  readonly publisher: Publisher
  readonly #options: LocalMediaOptions
  readonly #tracks: LocalTracks
  #probing = false

  constructor(options: LocalMediaOptions) {
    this.#options = options
    this.#tracks = new LocalTracks({
      capture: (slots, user) => this.capture(slots, user),
      shape: (slot, user) => shapeOf(slot, user, this.choices),
      onEnded: (slot, error) => { this.#ended(slot, error) },
    })
    const refusal = (slot: Slot): AliRtcError | undefined => this.#refusal(slot)
    this.preview = new Preview(this.#tracks, 'camera', () => refusal('camera'))
    this.screenPreview = new Preview(this.#tracks, 'screen', () => refusal('screen'))
    this.publisher = new Publisher({
      ...options, tracks: this.#tracks, refusal,
      encoding: (slot, track) => sendingOf(slot, this.choices, this.#tracks.isExternal(slot, track) ? track.getSettings() : undefined),
    })
  }

  /** Captures as chosen. Never rejects. */
  capture(slots: readonly Slot[], user: TrackUser = 'publish'): Promise<Captures> {
    const { currentCamera, currentAudioCapture } = this.choices
    const processing = this.#options.audioProcessing()
    return capture(slots, {
      audio: { echoCancellation: processing, noiseSuppression: processing, autoGainControl: processing, ...deviceConstraints(currentAudioCapture) },
      camera: { ...shapeOf('camera', user, this.choices), ...deviceConstraints(currentCamera) },
      screen: shapeOf('screen', user, this.choices),
    })
  }

  /** Throws 16974081. A camera in use is swapped; when that fails the old one goes on and `onError` says why. */
  chooseCamera(choice: CameraChoice | null | undefined): void {
    this.choices.currentCamera = readDevice('currentCamera', choice, true)
    void this.#swap('camera')
  }

  /** Throws 16974081. A microphone in use is swapped; when that fails the old one goes on and `onError` says why. */
  chooseMicrophone(choice: MicrophoneChoice | null | undefined): void {
    this.choices.currentAudioCapture = readDevice('currentAudioCapture', choice, false)
    void this.#swap('audio')
  }

  /** False for what is no profile, or another type. What is in use changes as far as the device can. */
  setVideoProfile(config: VideoProfile, type: 1 | 2): boolean {
    const slot = ([undefined, 'camera', 'screen'] as const)[type]
    const profile = slot && readVideoProfile(config, defaults[slot])
    if (slot === undefined || profile === undefined) return false
    this.choices.profiles[slot] = profile
    void this.#tracks.reshape(slot).then(() => this.publisher.renew(slot))
    return true
  }

  /** The same for the camera, as a property. Throws 16974081. */
  setCameraProfile(config: VideoProfile): void {
    if (!this.setVideoProfile(config, 1)) throw badParameter('videoProfile', '{ width, height, frameRate: 5 to 30 }', config)
  }

  /** False on phones. */
  setHighDefinition(on: boolean): boolean {
    if (isPhone(browserName(navigator.userAgent))) return false
    this.choices.highDefinition = on
    void this.#tracks.reshape('camera')
    return true
  }

  /** Rejects with 10500 while another call does the same, 10120, 10130, or a device code. */
  async availableResolutions(deviceId: string | undefined): Promise<Resolution[]> {
    if (this.#probing) throw new AliRtcError(ERROR_FREQUENTLY_OPERATION, 'the previous getAvailableResolutions is still pending')
    const refused = choiceRefusal('camera', this.choices)
    if (refused !== undefined) throw refused
    const choice: CameraChoice | undefined = deviceId === 'user' || deviceId === 'environment' ? { facingMode: deviceId }
      : deviceId === undefined ? this.choices.currentCamera : { deviceId }
    this.#probing = true
    try {
      return await availableResolutions(deviceConstraints(choice), isPhone(browserName(navigator.userAgent)))
    } finally {
      this.#probing = false
    }
  }

  /** False for another type, or what is no live track of its kind. */
  setExternal(track: MediaStreamTrack | null, type: 0 | 1 | 2): boolean {
    const slot = externalSlots[type]
    if (slot === undefined) return false
    const kind = slot === 'audio' ? 'audio' : 'video'
    if (track !== null && !(track instanceof MediaStreamTrack && track.kind === kind && track.readyState === 'live')) return false
    this.#tracks.setExternal(slot, track)
    return true
  }

  close(): void {
    this.preview.stop()
    this.screenPreview.stop()
  }

  #refusal(slot: Slot): AliRtcError | undefined {
    const refused = choiceRefusal(slot, this.choices)
    // A picture of the app's own opens no camera
    return refused?.code === ERROR_OPTIONS_ENABLECAMERA && this.#tracks.isExternal(slot) ? undefined : refused
  }

  async #swap(slot: 'audio' | 'camera'): Promise<void> {
    const replaced = await this.#tracks.swap(slot)
    if (replaced instanceof AliRtcError) return this.#options.onError(replaced)
    if (replaced.length === 0) return
    if (slot === 'camera') this.preview.refresh()
    await this.publisher.renew(slot)
    for (const track of replaced) track.stop()
  }

  #ended(slot: Slot, error: AliRtcError): void {
    if (slot === 'camera') this.preview.ended()
    if (slot === 'screen') this.screenPreview.ended()
    void this.publisher.ended(slot, error)
  }
}
