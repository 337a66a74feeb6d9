import type { Slot } from '@earshot/protocol'

/** Where a user's media is played: the two kinds of view, and an element that nobody sees. */
export type Outlet = 'camera' | 'screen' | 'hidden'

/**
 * Which tracks of a user each outlet plays. The sound goes with the camera's view, else with the screen's, else it plays unseen.
 *
 * @param unseen false: without a view the sound is not played
 */
export function routes(views: ReadonlySet<Outlet>, unseen: boolean): Readonly<Record<Outlet, readonly Slot[]>> {
  const sound: Outlet | undefined = views.has('camera') ? 'camera' : views.has('screen') ? 'screen' : unseen ? 'hidden' : undefined
  const played = (outlet: Outlet): readonly Slot[] => [...(outlet === 'hidden' ? [] : [outlet]), ...(outlet === sound ? ['audio'] as const : [])]
  return { camera: played('camera'), screen: played('screen'), hidden: played('hidden') }
}
