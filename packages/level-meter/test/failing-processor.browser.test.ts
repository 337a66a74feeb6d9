import { expect, test, vi } from 'vitest'
import { LevelMeter } from '../src/index.ts'
import { replaceFunctionBodies } from './mutate-wasm.ts'

test('a processor that throws turns health to failed, says so once, and add() throws', async () => {
  const compile = WebAssembly.compile.bind(WebAssembly)
  WebAssembly.compile = (bytes) => compile(replaceFunctionBodies(bytes as Uint8Array, 'trap'))
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const context = new AudioContext()
  const meter = await LevelMeter.create(context)
  const source = new ConstantSourceNode(context)
  source.start()
  const seen: string[] = []
  const failed = new Promise<void>((resolve) => {
    meter.onHealthChange((health) => {
      seen.push(health)
      if (health === 'failed') resolve()
    })
  })
  meter.add(source, () => undefined)
  await failed
  await context.suspend() // which does not hide the failure
  expect(meter.health).toBe('failed')
  expect(seen.filter((health) => health === 'failed')).toHaveLength(1)
  expect(said).toHaveBeenCalledTimes(1)
  expect(() => meter.add(source, () => undefined)).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
  meter.close()
  expect(meter.health).toBe('closed')
  WebAssembly.compile = compile
  await context.close()
})
