import type { HeldAudioContext } from '../reports/shared-audio-context.js'

/** A microphone and what is shared with the screen as one track, for subscribers who know only of audio. */
export class SoundMix {
  readonly microphone: MediaStreamTrack
  readonly sound: MediaStreamTrack
  readonly track: MediaStreamTrack
  readonly #voice: MediaStreamTrack
  readonly #nodes: readonly AudioNode[]
  readonly #held: HeldAudioContext

  /** @param held must run for anything to be heard; the click that opened the screen picker sees to that */
  constructor(held: HeldAudioContext, microphone: MediaStreamTrack, sound: MediaStreamTrack) {
    const { context } = this.#held = held
    this.microphone = microphone
    this.sound = sound
    // A clone, so that the mix's own `enabled` is the only one that counts
    this.#voice = microphone.clone()
    this.#voice.enabled = true
    const sum = context.createMediaStreamDestination()
    const sources = [this.#voice, sound].map((track) => context.createMediaStreamSource(new MediaStream([track])))
    for (const source of sources) source.connect(sum)
    this.#nodes = sources
    this.track = sum.stream.getAudioTracks()[0] as MediaStreamTrack // there is one, always
  }

  /** Neither the microphone nor the sound ends with it. */
  close(): void {
    for (const node of this.#nodes) node.disconnect()
    this.track.stop()
    this.#voice.stop()
    this.#held.release()
  }
}
