// How far the meter is from the standards' expected values and from a plain float64 reference. Not a benchmark, but its
// figures stand beside the benchmark's.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

export async function measureAccuracy() {
  const folder = mkdtempSync(join(tmpdir(), 'level-meter-accuracy-'))
  const outfile = join(folder, 'accuracy.mjs')
  try {
    await build({
      entryPoints: [new URL('../test/accuracy.ts', import.meta.url).pathname], outfile,
      bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'error',
    })
    copyFileSync(new URL('../test/loudness-cases.json', import.meta.url), join(folder, 'loudness-cases.json')) // read from beside the module
    return await (await import(pathToFileURL(outfile).href)).measureAccuracy()
  } finally {
    rmSync(folder, { recursive: true })
  }
}
