// What an application pays for one import: bundled and minified with everything inlined, gzip.
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const limits = [
  { code: `export { LevelMeter } from '@earshot/level-meter'`, kilobytes: 14 },
  { code: `export { StatsSampler } from '@earshot/stats-sampler'`, kilobytes: 4 },
  { code: `export { AliRtcEngine } from '@earshot/sdk-core'`, kilobytes: 45 },
  { code: `export { ERROR_NOSESSION } from '@earshot/sdk-core'`, kilobytes: 0.5 },
]

for (const { code, kilobytes } of limits) {
  const result = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    bundle: true, minify: true, write: false, format: 'esm', target: 'es2022', platform: 'browser',
  })
  const size = gzipSync(result.outputFiles[0].contents, { level: 9 }).length / 1000
  const ok = size <= kilobytes
  console.log(`${ok ? ' ' : '!'} ${size.toFixed(2).padStart(6)} kB of ${kilobytes} kB  ${code}`)
  if (!ok) process.exitCode = 1
}
