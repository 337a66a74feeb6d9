// npm writes a lock with this platform's binaries only when node_modules is there already (npm/cli#4828). It still passes
// `npm ci` here and breaks everywhere else. To mend it: rm -rf node_modules */*/node_modules package-lock.json && npm install
import fs from 'node:fs'

for (const lock of ['package-lock.json', 'e2e/bundlers/package-lock.json', 'e2e/mutation/package-lock.json', 'docs/reference/package-lock.json', 'examples/react/package-lock.json']) {
  const packages = JSON.parse(fs.readFileSync(lock, 'utf8')).packages
  const names = new Set(Object.keys(packages).map((key) => key.replace(/.*node_modules\//, '')))
  for (const [key, entry] of Object.entries(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (names.has(name)) continue
      console.error(`${lock} lacks ${name}, an optional dependency of ${key}`)
      process.exitCode = 1
    }
  }
}
