import type AliRtcEngine from '@earshot/sdk-core'
import type { CallView } from './call-view.js'
import type { Notices } from './notices.js'
import { deviceFault, readProblem, type Problem } from './problem.js'
import { attemptAfter, type Devices } from './publish-attempt.js'
import { serially } from './serially.js'
import type { MediaState } from './stream-state.js'
import { wordsFor, type Texts } from './texts.js'
import type { Tile } from './tile.js'

const SCREEN_CANCELLED = 10011
const SCREEN_ENDED = 10012
/** Nothing else is sent and the screen could not be captured: `onError` has said why. */
const NO_STREAM = 10400
const NO_DEVICES: Devices = { audio: false, camera: false }

export interface OwnMediaOptions {
  readonly engine: AliRtcEngine
  readonly view: CallView
  readonly notices: Notices
  readonly texts: Texts
  readonly name: string
  /** After the end of the call nothing is shown any more. */
  readonly signal: AbortSignal
}

/** What we send in one call: microphone, camera, screen, and their buttons. */
export class OwnMedia {
  readonly #options: OwnMediaOptions
  readonly #tile: Tile
  readonly #publish: () => Promise<void>
  #devices = NO_DEVICES
  #muted = NO_DEVICES
  #sharing = false
  /** Device failures since the last attempt, in words. */
  #failures: readonly string[] = []

  constructor(options: OwnMediaOptions) {
    const { engine, view, name } = options
    this.#options = options
    this.#tile = view.tileOf({ userId: '0', displayName: name })
    this.#publish = serially(() => engine.publish())
    engine.configLocalScreenPublish = false // the engine keeps its flags from the last call
    this.#show()
  }

  /** Publishes microphone and camera, or what there is of them; says what is missing. Never rejects. */
  async start(): Promise<void> {
    const { engine, notices, signal } = this.#options
    this.#failures = []
    notices.clear('devices')
    // a device that comes anew is not muted
    this.#muted = { audio: this.#devices.audio && this.#muted.audio, camera: this.#devices.camera && this.#muted.camera }
    this.#choose({ audio: true, camera: true })
    await this.#publishWhatIsThere()
    if (signal.aborted) return
    if (this.#devices.camera) await engine.startPreview(this.#tile.camera).catch((error: unknown) => this.#fail(readProblem(error)))
    this.#show()
    this.#showFailures()
  }

  toggleMicrophone(): void {
    const { engine, notices, texts } = this.#options
    const audio = !this.#muted.audio
    if (!engine.muteLocalMic(audio)) return
    this.#muted = { ...this.#muted, audio }
    notices.say(audio ? texts.said.microphoneMuted : texts.said.microphoneOn)
    this.#show()
  }

  toggleCamera(): void {
    const { engine, notices, texts } = this.#options
    const camera = !this.#muted.camera
    if (!engine.muteLocalCamera(camera)) return
    this.#muted = { ...this.#muted, camera }
    notices.say(camera ? texts.said.cameraMuted : texts.said.cameraOn)
    this.#show()
  }

  async toggleScreen(): Promise<void> {
    const { engine, notices } = this.#options
    notices.clear('screen')
    engine.configLocalScreenPublish = !this.#sharing
    try {
      await this.#publish()
    } catch (error) {
      engine.configLocalScreenPublish = this.#sharing
      this.#screenFailed(readProblem(error))
    }
    this.#sharing = engine.configLocalScreenPublish // cancelling the picker took it back without a rejection
    this.#show()
  }

  /** Whether an `onError` was about our own devices or screen; if so, it has been dealt with. */
  handleError(problem: Problem): boolean {
    const { notices, texts } = this.#options
    const { code } = problem
    if (code === SCREEN_ENDED) {
      this.#sharing = false
      notices.say(texts.said.screenEnded)
      this.#show()
      return true
    }
    if (code !== undefined && code >= 10010 && code <= 10017) {
      this.#screenFailed(problem)
      return true
    }
    if (deviceFault(code) === undefined) return false
    this.#deviceFailed(problem)
    return true
  }

  /** Each refusal that names a device leads to an attempt without it; the last is to send nothing. */
  async #publishWhatIsThere(): Promise<void> {
    for (;;) {
      try {
        return await this.#publish()
      } catch (error) {
        if (this.#options.signal.aborted) return // the flags belong to the next call already
        const problem = readProblem(error)
        this.#fail(problem)
        const next = attemptAfter(this.#devices, problem.code)
        this.#choose(next ?? NO_DEVICES)
        if (!next || (!next.audio && !next.camera && !this.#sharing)) return
      }
    }
  }

  /** A device that is gone is taken back, so that the others see that nothing comes. */
  #deviceFailed(problem: Problem): void {
    this.#fail(problem)
    const rest = attemptAfter(this.#devices, problem.code)
    if (rest) {
      this.#choose(rest)
      void this.#publish().catch((error: unknown) => this.#fail(readProblem(error))).finally(() => this.#showFailures())
    }
    this.#show()
    this.#showFailures()
  }

  #screenFailed(problem: Problem): void {
    const { notices, texts, signal } = this.#options
    if (signal.aborted) return
    if (problem.code === NO_STREAM) return
    if (problem.code === SCREEN_CANCELLED) notices.say(texts.said.screenCancelled)
    else notices.show('screen', { tone: 'warning', text: wordsFor(texts, problem) })
  }

  #choose(devices: Devices): void {
    const { engine } = this.#options
    this.#devices = devices
    engine.configLocalAudioPublish = devices.audio
    engine.configLocalCameraPublish = devices.camera
  }

  #fail(problem: Problem): void {
    this.#failures = [...new Set([...this.#failures, wordsFor(this.#options.texts, problem)])]
  }

  #showFailures(): void {
    const { notices, texts, signal } = this.#options
    if (this.#failures.length === 0 || signal.aborted) return
    const { audio, camera } = this.#devices
    const rest = audio ? (camera ? '' : texts.publishing.audioOnly) : camera ? texts.publishing.cameraOnly : texts.publishing.nothing
    notices.show('devices', { tone: 'warning', text: [...this.#failures, rest].join(' ').trim(), action: { label: texts.call.tryAgain, run: () => void this.start() } })
  }

  #show(): void {
    const { engine, view, signal } = this.#options
    if (signal.aborted) return
    const stateOf = (device: keyof Devices): MediaState => (!this.#devices[device] ? 'off' : this.#muted[device] ? 'muted' : 'on')
    this.#tile.showStreams({ audio: stateOf('audio'), camera: stateOf('camera'), screen: this.#sharing ? 'on' : 'off' })
    view.controls.showMicrophone({ pressed: stateOf('audio') === 'muted', enabled: this.#devices.audio })
    view.controls.showCamera({ pressed: stateOf('camera') === 'muted', enabled: this.#devices.camera })
    view.controls.showScreen({ pressed: this.#sharing, enabled: engine.isSupportScreenShare() })
  }
}
