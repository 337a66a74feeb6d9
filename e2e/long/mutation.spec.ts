import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'

// Whether the tests of pure files would notice a mistake: each file is changed in every small way that Stryker knows, one at a time.

const run = promisify(execFile)
const at = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

interface Outcome {
  readonly score: number
  readonly mutants: number
  readonly unreached: readonly string[]
  readonly survivors: readonly string[]
}

for (const name of ['packages/protocol', 'packages/sdk-core', 'apps/channel-server']) {
  test(`${name}: the tests notice four of five changes of a pure file, and reach every file`, async () => {
    test.setTimeout(20 * 60_000)
    await run(process.execPath, ['mutation/mutate.mjs', name], { cwd: at('.'), maxBuffer: 2 ** 24 })
    const { score, mutants, unreached, survivors } = JSON.parse(await readFile(at(`test-results/mutation/${name.split('/')[1] ?? ''}.json`), 'utf8')) as Outcome // written by mutate.mjs
    console.log(`${name}: ${score.toFixed(1)} % of ${mutants} changes noticed, ${survivors.length} not`)
    expect(unreached, 'without a test that Node runs, and not in not-mutated.json').toEqual([])
    expect(score, survivors.join('\n')).toBeGreaterThanOrEqual(80) // what is left changes nothing that can be seen, mostly
  })
}
