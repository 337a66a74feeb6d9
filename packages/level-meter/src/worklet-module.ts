import { kernelHex } from './generated/kernel-wasm.js'
import { workletSource } from './generated/worklet-source.js'

const loads = new WeakMap<BaseAudioContext, Map<string, Promise<void>>>()
const inlined = 'inlined'

/**
 * Adds the worklet to a context, once however often it is asked. Rejects with an Error that names what to change: the
 * browser's own says neither that a Content-Security-Policy was in the way nor which directive.
 */
export function loadWorklet(context: BaseAudioContext, workletUrl: string | URL | undefined): Promise<void> {
  const loadsOfContext = loads.get(context) ?? new Map<string, Promise<void>>()
  loads.set(context, loadsOfContext)
  const key = workletUrl === undefined ? inlined : String(workletUrl)
  const begun = loadsOfContext.get(key)
  if (begun !== undefined) return begun
  const load = workletUrl === undefined ? loadInlined(context) : loadFile(context, String(workletUrl))
  loadsOfContext.set(key, load)
  // A second try may find the file there.
  load.catch(() => loadsOfContext.delete(key))
  return load
}

async function loadInlined(context: BaseAudioContext): Promise<void> {
  const text = `const kernelHex=${JSON.stringify(kernelHex)};\n${workletSource}`
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  try {
    await context.audioWorklet.addModule(url)
  } catch (cause) {
    throw new Error(
      'LevelMeter.create: the worklet did not load from blob:. Serve the file @earshot/level-meter/worklet and pass its URL as workletUrl, '
      + 'or have the Content-Security-Policy allow script-src blob:', { cause })
  } finally {
    URL.revokeObjectURL(url)
  }
}

async function loadFile(context: BaseAudioContext, url: string): Promise<void> {
  try {
    await context.audioWorklet.addModule(url)
  } catch (cause) {
    throw new Error(
      `LevelMeter.create: the worklet did not load from workletUrl (${url}), which must be the file @earshot/level-meter/worklet, `
      + 'served as JavaScript, with CORS, from where script-src allows it', { cause })
  }
}
