import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'

/** One file that is served, held in memory. */
export interface StaticFile {
  readonly content: Uint8Array<ArrayBuffer>
  readonly contentType: string
  readonly etag: string
  /** Its name changes with its content, so that it may be kept for ever. */
  readonly immutable: boolean
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json', '.map': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon', '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8', '.wav': 'audio/wav', '.woff2': 'font/woff2', '.webmanifest': 'application/manifest+json',
}

/**
 * Reads a folder once, by the paths it is served under. A request is looked up in this table and never becomes a file name,
 * so there is nothing to traverse. A folder that does not exist is empty.
 */
export function readStaticFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  for (const path of filesIn(folder)) {
    const name = `/${relative(folder, path).split(sep).join('/')}`
    const content = new Uint8Array(readFileSync(path))
    const file: StaticFile = {
      content,
      contentType: contentTypes[extname(path)] ?? 'application/octet-stream',
      etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`,
      immutable: /\/assets\/.*-[A-Za-z0-9_-]{8,}\.\w+$/.test(name),
    }
    files.set(name, file)
    if (name.endsWith('/index.html')) files.set(name.slice(0, -'index.html'.length), file)
  }
  return files
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
