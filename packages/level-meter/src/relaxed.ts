// Importing this module makes the backend 'wasm-relaxed-simd' available, and nothing else choose it. Relaxed SIMD may round
// differently from machine to machine (loudness within 1e-3 LU), which is why 'auto' never takes it.
import { relaxedKernelHex } from './generated/relaxed-kernel-wasm.js'
import { addKernelBuild } from './kernel-builds.js'

addKernelBuild('wasm-relaxed-simd', relaxedKernelHex)

export * from './index.js'
