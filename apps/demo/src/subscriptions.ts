import type AliRtcEngine from '@earshot/sdk-core'
import type { Problem } from './problem.js'
import { readProblem } from './problem.js'
import { serially } from './serially.js'
import { streamsState } from './stream-state.js'
import type { Tile } from './tile.js'

const CAMERA = 1
const SCREEN = 2
const NO_USER = 10140

/** Receives everything that each user publishes, in the tile of that user. */
export interface Subscriptions {
  /** After each `onPublisher`. */
  follow(userId: string, tile: Tile): void
  /** After `onLeave`. */
  forget(userId: string): void
}

export function createSubscriptions(engine: AliRtcEngine, onProblem: (tile: Tile, problem: Problem) => void): Subscriptions {
  const running = new Map<string, () => Promise<void>>()

  const subscribe = async (userId: string, tile: Tile): Promise<void> => {
    const user = engine.getUserInfo(userId)
    const streams = streamsState(user?.streamConfigs ?? [])
    if (streams.audio === 'off' && streams.camera === 'off' && streams.screen === 'off') return
    engine.configRemoteScreenTrack(userId, true)
    await engine.subscribe(userId)
    engine.setDisplayRemoteVideo(userId, tile.camera, CAMERA) // also without a picture: the sound plays through this view
    if (streams.screen === 'on') engine.setDisplayRemoteVideo(userId, tile.screen, SCREEN)
  }
  return {
    follow(userId, tile) {
      const run = running.get(userId) ?? serially(() => subscribe(userId, tile))
      running.set(userId, run)
      run().catch((error: unknown) => {
        const problem = readProblem(error)
        // who left between the two messages is no problem
        if (problem.code !== NO_USER && running.get(userId) === run) onProblem(tile, problem)
      })
    },
    forget: (userId) => { running.delete(userId) },
  }
}
