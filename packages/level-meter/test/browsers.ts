import type { LevelMeterOptions } from '../src/index.ts'
import type { WithRenderSizeHint } from './check-meter.ts'

// What the browsers differ in (docs/browser-facts.md): asked of the browser where it can be, else named here.

const isFirefox = navigator.userAgent.includes('Firefox/')

/** WebKitGTK, which scripts/try-webkit.mjs tries. */
const isWebKit = !isFirefox && !navigator.userAgent.includes('Chrome/')

/** On the audio thread denormals are 0 to wasm in Firefox 153 and to everything in WebKitGTK 2.50; in a window they are not. */
export function flushesDenormals(backend: LevelMeterOptions['backend']): boolean {
  return isWebKit || (isFirefox && backend !== 'javascript')
}

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
