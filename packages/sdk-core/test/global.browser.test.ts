import { expect, it } from 'vitest'
import script from '../dist/earshot.global.js?raw'
import { AliRtcEngine } from '../src/index.js'

it('the global entry defines the class on the window', async () => {
  Reflect.deleteProperty(window, 'AliRtcEngine')
  await import('../src/global.js')
  expect(window.AliRtcEngine).toBe(AliRtcEngine)
})

it('the script alone defines a class that works', () => {
  Reflect.deleteProperty(window, 'AliRtcEngine')
  const element = document.createElement('script')
  element.textContent = script
  document.head.append(element)
  const engine = new window.AliRtcEngine({ isDebug: true })
  expect(window.AliRtcEngine).not.toBe(AliRtcEngine)
  expect(engine.getVersion()).toBe(new AliRtcEngine().getVersion())
  expect(Object.keys(window).filter((name) => /earshot/i.test(name))).toEqual([])
  element.remove()
})
