// Every relative link in a Markdown file leads to a file, and its #fragment to a heading there.
import fs from 'node:fs'
import path from 'node:path'
import { execFileSync } from 'node:child_process'

const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { encoding: 'utf8' }).split('\n').filter(Boolean)

const slug = (heading) => heading.trim().toLowerCase().replace(/[`*]/g, '').replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
const headings = (file) => new Set([...fs.readFileSync(file, 'utf8').matchAll(/^#+\s+(.+)$/gm)].map((match) => slug(match[1])))

for (const document of documents) {
  const text = fs.readFileSync(document, 'utf8').replace(/```[\s\S]*?```/g, '')
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue
    const [file, fragment] = target.split('#')
    const resolved = file === '' ? document : path.join(path.dirname(document), file)
    const broken = !fs.existsSync(resolved) || (fragment && resolved.endsWith('.md') && !headings(resolved).has(fragment))
    if (!broken) continue
    console.error(`${document}: ${target} leads nowhere`)
    process.exitCode = 1
  }
}
