import { AliRtcEngine } from './ali-rtc-engine.js'

declare global {
  interface Window {
    /** Defined by `@earshot/sdk-core/global` and `earshot.global.js`, where the original put it. */
    AliRtcEngine: typeof AliRtcEngine
  }
}

// On a server there is no window, and nothing to define
if (typeof window !== 'undefined') window.AliRtcEngine = AliRtcEngine
