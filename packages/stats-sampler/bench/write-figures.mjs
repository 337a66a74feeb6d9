import { readFileSync, writeFileSync } from 'node:fs'

const readme = new URL('../README.md', import.meta.url)
const [start, end] = ['<!-- figures -->', '<!-- /figures -->']

/** Puts what the benchmark measured into the README, between the two marks. */
export function writeFigures(report) {
  const text = readFileSync(readme, 'utf8')
  const [before, after] = [text.split(start)[0], text.split(end)[1]]
  if (before === text || after === undefined) throw new Error(`README.md lacks ${start} … ${end}`)
  writeFileSync(readme, `${before}${start}\n${costs(report)}\n${values(report)}${end}${after}`)
}

function costs({ conditions, costs: rows }) {
  const sizes = [...new Set(rows.map(({ tracks }) => tracks))]
  const names = [...new Set(rows.map(({ name }) => name))]
  const cell = ({ ms, ratio }, isOther) => `${ms.toPrecision(2)} ms${isOther ? `, ${ratio.toFixed(1)} x` : ''}`
  return [
    `JavaScript time per tick (\`npm run bench\`, ${conditions.date.slice(0, 10)}, ${conditions.cpu}, Node ${conditions.node}),`,
    `on reports ${conditions.reports}; "2.0 x" is twice our cost in the same rounds. What the browser itself needs for \`getStats()\` comes on top.`,
    '',
    `| | ${sizes.map((tracks) => `${tracks} ${tracks === 1 ? 'track' : 'tracks'}`).join(' | ')} | \`getStats()\` a tick at ${sizes.at(-1)} |`,
    `|---|${'---|'.repeat(sizes.length + 1)}`,
    ...names.map((name) => {
      const own = rows.filter((row) => row.name === name)
      return `| ${title(name, conditions)} | ${own.map((row) => cell(row, name in conditions)).join(' | ')} | ${own.at(-1).calls ?? '-'} |`
    }),
    '',
  ].join('\n')
}

function values({ conditions, values: rows }) {
  const names = Object.keys(rows[0].values)
  return [
    'What each gives for the same reports; **bold** is wrong, "-" not given. Of client-monitor-js: the frame rate is `ewmaFps`, the loss is since the start of the',
    'call, and the two MOS values are its two formulas, which nothing in the package calls. It cannot be imported in Node and was bundled.',
    '',
    `| | the truth | ${names.map((name) => title(name, conditions)).join(' | ')} |`,
    `|---|---|${'---|'.repeat(names.length)}`,
    ...rows.map(({ name, how, truth, values: given }) =>
      `| ${name} (${how}) | ${truth} | ${names.map((by) => (given[by].isRight ? given[by].shown : `**${given[by].shown}**`)).join(' | ')} |`),
    '',
  ].join('\n')
}

const title = (name, conditions) => (name in conditions ? `${name} ${conditions[name]}` : `\`${name}\``)
