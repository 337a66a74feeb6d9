import { expect, it } from 'vitest'
import { routes, type Outlet } from './playback-routes.js'

it.each<[Outlet[], Record<Outlet, string[]>]>([
  [[], { camera: ['camera'], screen: ['screen'], hidden: ['audio'] }],
  [['camera'], { camera: ['camera', 'audio'], screen: ['screen'], hidden: [] }],
  [['screen', 'hidden'], { camera: ['camera'], screen: ['screen', 'audio'], hidden: [] }],
  [['screen', 'camera', 'hidden'], { camera: ['camera', 'audio'], screen: ['screen'], hidden: [] }],
])('with views %j the sound is heard exactly once', (views, expected) => { expect(routes(new Set(views), true)).toEqual(expected) })

it.each<[Outlet[], Record<Outlet, string[]>]>([
  [[], { camera: ['camera'], screen: ['screen'], hidden: [] }],
  [['screen'], { camera: ['camera'], screen: ['screen', 'audio'], hidden: [] }],
  [['camera', 'screen'], { camera: ['camera', 'audio'], screen: ['screen'], hidden: [] }],
])('with views %j and nothing unseen the sound goes with a view or nowhere', (views, expected) => { expect(routes(new Set(views), false)).toEqual(expected) })
