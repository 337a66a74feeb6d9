import { kernelHex } from './generated/kernel-wasm.js'
import { workletSource } from './generated/worklet-source.js'

const loads = new WeakMap<BaseAudioContext, Map<string | undefined, Promise<void>>>()

/**
 * Adds the worklet to a context, once however often it is asked. Rejects with an Error that names what to change: the
 * browser's own says neither that a Content-Security-Policy was in the way nor which directive.
 */
export function loadWorklet(context: BaseAudioContext, workletUrl: string | URL | undefined): Promise<void> {
  const loadsOfContext = loads.get(context) ?? new Map<string | undefined, Promise<void>>()
  loads.set(context, loadsOfContext)
  const url = workletUrl?.toString()
  const load = loadsOfContext.get(url) ?? addModule(context, url)
  loadsOfContext.set(url, load)
  // A second try may find the file there.
  load.catch(() => loadsOfContext.delete(url))
  return load
}

async function addModule(context: BaseAudioContext, workletUrl: string | undefined): Promise<void> {
  const url = workletUrl ?? URL.createObjectURL(new Blob([`const kernelHex=${JSON.stringify(kernelHex)};\n${workletSource}`], { type: 'text/javascript' }))
  try {
    await context.audioWorklet.addModule(url)
  } catch (cause) {
    throw new Error(
      `LevelMeter.create: the worklet did not load from workletUrl (${workletUrl ?? 'inlined, which needs script-src blob:'}): it must be the file `
      + '@earshot/level-meter/worklet, served as JavaScript, with CORS, from where script-src allows it', { cause })
  } finally {
    if (workletUrl === undefined) URL.revokeObjectURL(url)
  }
}
