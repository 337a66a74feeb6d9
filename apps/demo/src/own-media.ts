import type AliRtcEngine from '@earshot/sdk-core'
import type { CallView } from './call-view.js'
import type { Notices } from './notices.js'
import { deviceFault, readProblem, type Problem } from './problem.js'
import { attemptAfter, type Devices } from './publish-attempt.js'
import { serially } from './serially.js'
import { wordsFor, type Texts } from './texts.js'

const SCREEN_CANCELLED = 10011
const SCREEN_ENDED = 10012

/** What we send: microphone, camera, screen, and their buttons. */
export interface OwnMedia {
  /** Publishes microphone and camera, or what there is of them; says what is missing. Never rejects. */
  start(): Promise<void>
  toggleMicrophone(): void
  toggleCamera(): void
  toggleScreen(): void
  /** Whether an `onError` was about our own devices or screen; if so, it has been dealt with. */
  handleError(problem: Problem): boolean
}

export interface OwnMediaOptions {
  readonly engine: AliRtcEngine
  readonly view: CallView
  readonly notices: Notices
  readonly texts: Texts
  readonly name: string
  /** After the end of the call nothing is shown any more. */
  readonly signal: AbortSignal
}

export function createOwnMedia({ engine, view, notices, texts, name, signal }: OwnMediaOptions): OwnMedia {
  const tile = view.tileOf({ userId: '0', displayName: name })
  let devices: Devices = { audio: false, camera: false }
  let muted = { microphone: false, camera: false }
  let sharing = false
  /** Device failures since the last attempt, in words. */
  let failures: string[] = []
  const publish = serially(() => engine.publish())

  const show = (): void => {
    if (signal.aborted) return
    tile.showStreams({
      audio: devices.audio ? (muted.microphone ? 'muted' : 'on') : 'off',
      camera: devices.camera ? (muted.camera ? 'muted' : 'on') : 'off',
      screen: sharing ? 'on' : 'off',
    })
    view.controls.showMicrophone({ pressed: muted.microphone, enabled: devices.audio })
    view.controls.showCamera({ pressed: muted.camera, enabled: devices.camera })
    view.controls.showScreen({ pressed: sharing, enabled: engine.isSupportScreenShare() })
  }
  const showFailures = (): void => {
    if (failures.length === 0 || signal.aborted) return
    const rest = devices.audio ? (devices.camera ? '' : texts.publishing.audioOnly) : devices.camera ? texts.publishing.cameraOnly : texts.publishing.nothing
    notices.show('devices', { tone: 'warning', text: [...failures, rest].join(' '), action: { label: texts.call.tryAgain, run: () => void start() } })
  }
  const fail = (problem: Problem): void => {
    const words = wordsFor(texts, problem)
    if (!failures.includes(words)) failures.push(words)
  }
  const apply = (wanted: Devices): void => {
    devices = wanted
    engine.configLocalAudioPublish = wanted.audio
    engine.configLocalCameraPublish = wanted.camera
  }
  /** Each refusal that names a device leads to an attempt without it; the last is to send nothing. */
  const publishWhatIsThere = async (): Promise<void> => {
    for (;;) {
      try {
        await publish()
        return
      } catch (error) {
        if (signal.aborted) return // the flags belong to the next call already
        const problem = readProblem(error)
        fail(problem)
        const next = attemptAfter(devices, problem.code)
        apply(next ?? { audio: false, camera: false })
        if (!next || (!next.audio && !next.camera && !sharing)) return
      }
    }
  }
  const start = async (): Promise<void> => {
    failures = []
    notices.clear('devices')
    muted = { microphone: devices.audio && muted.microphone, camera: devices.camera && muted.camera } // a device that comes anew is not muted
    apply({ audio: true, camera: true })
    await publishWhatIsThere()
    if (signal.aborted) return
    if (devices.camera) await engine.startPreview(tile.camera).catch((error: unknown) => fail(readProblem(error)))
    show()
    showFailures()
  }
  const share = async (on: boolean): Promise<void> => {
    notices.clear('screen')
    engine.configLocalScreenPublish = on
    try {
      await publish()
    } catch (error) {
      engine.configLocalScreenPublish = false
      screenFailed(readProblem(error))
    }
    sharing = engine.configLocalScreenPublish
    show()
  }
  const screenFailed = (problem: Problem): void => {
    if (problem.code === SCREEN_CANCELLED) notices.say(texts.said.screenCancelled)
    else notices.show('screen', { tone: 'warning', text: wordsFor(texts, problem) })
  }
  engine.configLocalScreenPublish = false // the engine keeps its flags from the last call
  show()
  return {
    start,
    toggleMicrophone() {
      const mute = !muted.microphone
      if (!engine.muteLocalMic(mute)) return
      muted = { ...muted, microphone: mute }
      notices.say(mute ? texts.said.microphoneMuted : texts.said.microphoneOn)
      show()
    },
    toggleCamera() {
      const mute = !muted.camera
      if (!engine.muteLocalCamera(mute)) return
      muted = { ...muted, camera: mute }
      notices.say(mute ? texts.said.cameraMuted : texts.said.cameraOn)
      show()
    },
    toggleScreen: () => void share(!sharing),
    handleError(problem) {
      const { code } = problem
      if (code === SCREEN_ENDED) {
        sharing = false
        notices.say(texts.said.screenEnded)
        show()
        return true
      }
      if (code !== undefined && code >= 10010 && code <= 10017) {
        screenFailed(problem)
        return true
      }
      const fault = deviceFault(code)
      if (fault === undefined) return false
      fail(problem)
      const left = attemptAfter(devices, code)
      if (left) {
        apply(left)
        // a device that is gone is taken back, so that the others see that nothing comes; a refusal here has no further remedy
        void publish().catch((error: unknown) => fail(readProblem(error))).finally(showFailures)
      }
      show()
      showFailures()
      return true
    },
  }
}
