import { decodeHex } from './hex.js'
import { kernelHex } from './generated/kernel-wasm.js'
import type { Backend } from './worklet-messages.js'

const builds = new Map<Backend, string>([['wasm-simd', kernelHex]])
const compiling = new Map<Backend, Promise<WebAssembly.Module>>()

/** Makes a build known that is not part of every bundle. */
export function addKernelBuild(backend: Backend, hex: string): void {
  builds.set(backend, hex)
}

/**
 * The compiled kernel for an option `backend`, undefined for the JavaScript one. 'auto' is 'wasm-simd' where it can run, else
 * JavaScript. Rejects with NotSupportedError, in the name of `caller`, when a build asked for by name cannot run here.
 */
export async function chooseKernel(backend: Backend | 'auto', caller: string): Promise<WebAssembly.Module | undefined> {
  if (backend === 'javascript') return undefined
  try {
    return await compileKernel(backend === 'auto' ? 'wasm-simd' : backend, caller)
  } catch (cause) {
    if (backend === 'auto') return undefined
    if (cause instanceof DOMException) throw cause
    throw new DOMException(
      `${caller}: backend '${backend}' cannot run here: the browser lacks it, or the Content-Security-Policy lacks script-src 'wasm-unsafe-eval' (${String(cause)})`,
      'NotSupportedError')
  }
}

/** Once per page and build. */
function compileKernel(backend: Backend, caller: string): Promise<WebAssembly.Module> {
  const hex = builds.get(backend)
  if (hex === undefined) {
    throw new DOMException(`${caller}: backend '${backend}' must be imported from @earshot/level-meter/relaxed`, 'NotSupportedError')
  }
  const begun = compiling.get(backend) ?? (async () => WebAssembly.compile(decodeHex(hex)))()
  compiling.set(backend, begun)
  return begun
}

/** Throws a TypeError for what is no backend. */
export function checkBackend(backend: unknown, caller: string): void {
  if (!['auto', 'wasm-simd', 'wasm-relaxed-simd', 'javascript'].includes(backend as string)) {
    throw new TypeError(`${caller}: backend must be 'auto', 'wasm-simd', 'wasm-relaxed-simd' or 'javascript', not ${String(backend)}`)
  }
}
