// Measures how the sampler's clock ticks while another tab is in front: node scripts/hidden-clock.mjs [chromium|firefox]
//
// Prints JSON: the ms between ticks of 1000 ms by the worker clock, and of 100 ms by a timer of the page, which the browser slows down.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { browsers } from './browsers.mjs'

const { outputFiles } = await build({
  stdin: { contents: "export { startClock } from './clock.ts'", resolveDir: fileURLToPath(new URL('../src', import.meta.url)) },
  bundle: true, format: 'iife', globalName: 'clock', write: false,
})
const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>clock</title><script>${outputFiles[0].text}</script>`))
await once(server.listen(0, '127.0.0.1'), 'listening')
const browser = await browsers[process.argv[2] ?? 'chromium']()
try {
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  const measured = await page.evaluate(async () => {
    await window.hide()
    const ticks = (kind, intervalMs, count) => new Promise((resolve) => {
      const times = []
      const stop = window.clock.startClock(kind, intervalMs, () => {
        if (times.push(performance.now()) <= count) return
        stop()
        resolve(times.slice(1).map((time, n) => Math.round(10 * (time - times[n])) / 10))
      })
    })
    // The slowing down begins a second after the tab is hidden.
    await ticks('worker', 1500, 1)
    const [worker, timer] = await Promise.all([ticks('worker', 1000, 6), ticks('timer', 100, 5)])
    return { visibility: document.visibilityState, worker, timer }
  })
  console.log(JSON.stringify({ browser: browser.name, ...measured }))
} finally {
  await browser.close()
  server.close()
}
