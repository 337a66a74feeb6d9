/** Samples per block of `AudioLevelRow.buffer`: what the original's ScriptProcessorNode delivered. */
export const BLOCK_SAMPLES = 4096

/** Consecutive blocks of at most 4096 samples that are the whole of `pcm`; views, no copies. */
export function pcmBlocks(pcm: Float32Array): Float32Array[] {
  return Array.from({ length: Math.ceil(pcm.length / BLOCK_SAMPLES) }, (_, n) => pcm.subarray(n * BLOCK_SAMPLES, (n + 1) * BLOCK_SAMPLES))
}
