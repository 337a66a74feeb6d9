import type { WithRenderSizeHint } from './check-meter.ts'

// What the browsers differ in (docs/browser-facts.md): asked of the browser where it can be, else named here.

const isFirefox = navigator.userAgent.includes('Firefox/')

/** Firefox 153: denormals are 0 to wasm on the audio thread, though neither to its JavaScript nor to wasm in a window. */
export const wasmFlushesDenormals: boolean = isFirefox

/** Chromium 156: a remote track gives silence unless a media element plays it. */
export const remoteTracksNeedSink: boolean = !isFirefox

const hinted = new OfflineAudioContext({ length: 1, sampleRate: 48_000, renderSizeHint: 256 } as WithRenderSizeHint<OfflineAudioContextOptions>)
const takesRenderSizeHint = (hinted as { renderQuantumSize?: number }).renderQuantumSize === 256

/** The render quanta this browser can be asked for: where it takes no hint, 128 in place of them all. */
export function quanta<T extends number>(...sizes: T[]): (T | 128)[] {
  return takesRenderSizeHint ? sizes : [128]
}

/** Firefox 153 has no OfflineAudioContext.suspend, without which a test cannot step into a rendering. */
export const canSuspendOffline: boolean = 'suspend' in OfflineAudioContext.prototype
