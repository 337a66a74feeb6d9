// docs/errors.md from the table in packages/protocol. With --check it writes nothing and fails when the document is stale, or
// when the table says that a code is reported, or not, and the sources say otherwise.
import fs from 'node:fs'
import { execFileSync } from 'node:child_process'
import { build } from 'esbuild'

const document = 'docs/errors.md'
const { ERROR_TABLE } = await load('packages/protocol/src/error-table.ts')
const text = pageOf(ERROR_TABLE)

if (process.argv.includes('--check')) check()
else fs.writeFileSync(document, text)

/** From the source, so that nothing has to be built before. */
async function load(entry) {
  const { outputFiles: [file] } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm' })
  return import(`data:text/javascript;base64,${Buffer.from(file.contents).toString('base64')}`)
}

function pageOf(table) {
  const [raised, known] = [table.filter((row) => row.raised), table.filter((row) => !row.raised)]
  return `<!-- Written by scripts/write-errors.mjs from packages/protocol/src/error-table.ts -->
# Errors

[English](#what-happened-and-what-to-do) · [中文](#错误原因与处理)

Every rejection and every \`onError\` is an \`AliRtcError\`: the number is \`code\`, and \`errorCode\` and \`errCode\` as well, the text \`message\`, the browser's
own error \`cause\`. The constants and this table are exported: \`import { ERROR_AUTOPLAY_ERROR, ERROR_TABLE } from '@earshot/sdk-core'\`.

## What happened and what to do

${rows(raised, ['Code', 'Constant', 'Cause', 'Remedy'], 'en')}

### Known, and never reported

Codes of the original and its family. They are exported so that an app which compares with them finds them.

${rows(known, ['Code', 'Constant', 'Meaning', 'Here'], 'en')}

## 错误原因与处理

所有 Promise 拒绝和 \`onError\` 都是 \`AliRtcError\`：错误码为 \`code\`（同时也是 \`errorCode\` 和 \`errCode\`），文字为 \`message\`，浏览器的原始错误为 \`cause\`。

${rows(raised, ['错误码', '常量', '原因', '处理'], 'zh')}

### 仅保留、不会报告的错误码

原版及同系列产品的错误码，导出以便应用比较。

${rows(known, ['错误码', '常量', '含义', '在 Earshot 中'], 'zh')}
`
}

function rows(table, heads, language) {
  const lines = table.map(({ code, name, cause, remedy }) => [code, `\`${name}\``, cause[language], remedy[language]])
  return [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function check() {
  if (!fs.existsSync(document) || fs.readFileSync(document, 'utf8') !== text) problem(`${document} is stale: run node scripts/write-errors.mjs`)
  const used = new Set(sources().flatMap((file) => fs.readFileSync(file, 'utf8').match(/\bERROR_\w+/g) ?? []))
  for (const { name, raised } of ERROR_TABLE) {
    if (raised && !used.has(name)) problem(`${name} is said to be reported, and no source reports it`)
    if (!raised && used.has(name)) problem(`${name} is said to be never reported, and a source names it`)
  }
}

function sources() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', 'packages/sdk-core/src', 'apps/channel-server/src']
  return execFileSync('git', args, { encoding: 'utf8' }).split('\n').filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && fs.existsSync(file))
}

function problem(message) {
  console.error(message)
  process.exitCode = 1
}
