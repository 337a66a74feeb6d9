import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'

const run = promisify(execFile)
const reference = fileURLToPath(new URL('../../docs/reference/', import.meta.url))

test('the API reference is made without a warning: every export is described, and every type that it names is exported', async () => {
  const { stdout, stderr } = await run(process.execPath, ['build.mjs'], { cwd: reference, env: { ...process.env, NO_COLOR: '1' } })
  expect(stdout + stderr).not.toContain('[warning]')
  for (const page of ['classes/_earshot_sdk-core.AliRtcEngine.html', 'interfaces/_earshot_sdk-core.AliRtcEvents.html', 'variables/_earshot_sdk-core.ERROR_NOSESSION.html']) {
    await access(`${reference}out/${page}`)
  }
})
