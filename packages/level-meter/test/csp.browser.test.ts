import { expect, test } from 'vitest'

interface Outcome { backend?: string; level?: number; rms?: number; error?: string }

/** Renders half a second of 0.5 in a page with a Content-Security-Policy of its own. */
function meterUnder(scriptSources: string, options: object): Promise<Outcome> {
  const library = new URL('../src/index.ts', import.meta.url).href
  const frame = document.createElement('iframe')
  // Not 'self', which in a srcdoc document matches nothing in Firefox 153.
  frame.srcdoc = `<!doctype html>
    <meta http-equiv="Content-Security-Policy" content="script-src ${location.origin} 'nonce-test' ${scriptSources}">
    <script type="module" nonce="test">
      import { LevelMeter } from '${library}'
      const report = (outcome) => parent.postMessage({ outcome }, '*')
      try {
        const context = new OfflineAudioContext({ length: 24000, sampleRate: 48000 })
        const meter = await LevelMeter.create(context, { interval: 0.5, ...${JSON.stringify(options)} })
        const source = new ConstantSourceNode(context, { offset: 0.5 })
        source.start()
        meter.add(source, ({ level, rms }) => report({ backend: meter.backend, level, rms: rms[0] }))
        await context.startRendering()
      } catch (error) {
        report({ error: error.name + ': ' + error.message })
      }
    </script>`
  return new Promise((resolve) => {
    const listen = (event: MessageEvent<{ outcome?: Outcome }>): void => {
      if (event.source !== frame.contentWindow || event.data.outcome === undefined) return
      removeEventListener('message', listen)
      frame.remove()
      resolve(event.data.outcome)
    }
    addEventListener('message', listen)
    document.body.append(frame)
  })
}

const workletUrl = new URL('../dist/worklet.js', import.meta.url).href
const asWasm = { backend: 'wasm-simd', level: 50, rms: 0.5 }
const asJavaScript = { backend: 'javascript', level: 50, rms: 0.5 }
const blocked = { error: expect.stringMatching(/workletUrl.*script-src blob:/s) as string }

// The rows of the table in browser-facts, section 4.
test.each([
  ["C1: neither wasm nor blob:, inlined", '', {}, blocked],
  ["C1: neither wasm nor blob:, a file", '', { workletUrl }, asJavaScript],
  ["C2: wasm, inlined", "'wasm-unsafe-eval'", {}, blocked],
  ["C2: wasm, a file", "'wasm-unsafe-eval'", { workletUrl }, asWasm],
  ["C3: blob:, inlined", 'blob:', {}, asJavaScript],
  ["C4: wasm and blob:, inlined", "'wasm-unsafe-eval' blob:", {}, asWasm],
  ["C5: worker-src does not help", "'wasm-unsafe-eval'; worker-src blob:", {}, blocked],
  ["C6: strict-dynamic, inlined", "'strict-dynamic'", {}, asJavaScript],
] as const)('under %s', async (_policy, scriptSources, options, outcome) => {
  expect(await meterUnder(scriptSources, options)).toEqual(outcome)
})

test('a kernel asked for by name is not replaced: the error names the directive', async () => {
  expect(await meterUnder('blob:', { backend: 'wasm-simd' })).toEqual({ error: expect.stringMatching(/NotSupportedError.*'wasm-unsafe-eval'/s) as string })
})
