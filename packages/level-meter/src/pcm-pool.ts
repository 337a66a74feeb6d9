/** PCM buffers that came back from the application, on the window's side. */
export class PcmPool {
  readonly #length: number
  /** By their memory: giving it back twice, or by another view, must not send it to two sources. */
  readonly #buffers = new Map<ArrayBuffer, Float32Array<ArrayBuffer>>()
  readonly #limit: number

  /**
   * @param length samples of one whole interval; other buffers are of no use
   * @param limit buffers kept; further ones are left to the garbage collector
   */
  constructor(length: number, limit: number) {
    this.#length = length
    this.#limit = limit
  }

  /** Keeps a buffer for reuse. One that was transferred away meanwhile has no length, and is ignored like any misfit. */
  put(pcm: Float32Array): void {
    const { buffer } = pcm
    // A view of a part, or shared memory, cannot be transferred as a whole interval.
    if (pcm.length !== this.#length || pcm.byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return
    if (this.#buffers.size < this.#limit) this.#buffers.set(buffer, pcm as Float32Array<ArrayBuffer>) // checked just above
  }

  /** `count` buffers ready to be transferred: those that came back, then new ones. */
  take(count: number): Float32Array<ArrayBuffer>[] {
    const taken: Float32Array<ArrayBuffer>[] = []
    for (const [buffer, pcm] of this.#buffers) {
      if (taken.length === count) break
      this.#buffers.delete(buffer)
      if (pcm.length === this.#length) taken.push(pcm)
    }
    while (taken.length < count) taken.push(new Float32Array(this.#length))
    return taken
  }
}
