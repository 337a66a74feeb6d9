import type { Participant } from './participant.ts'
import { expect } from './test.ts'

declare global {
  interface Window {
    /** Page life cycle events, in order. */
    life: string[]
    /** An element of the app's own. */
    own: HTMLVideoElement
    /** One that the engine shows our camera in. */
    preview: HTMLVideoElement
  }
}

/** The `onLeave` of a user, in ms after `began` (ms since 1970). */
export async function leaveAfter(watcher: Participant, userId: string, began: number): Promise<number> {
  const times = () => watcher.page.evaluate((id) => window.recorded
    .filter(({ name, payload }) => name === 'onLeave' && (payload as { userId: string }).userId === id)
    .map(({ at }) => performance.timeOrigin + at), userId)
  await expect.poll(async () => (await times()).length).toBe(1)
  return (await times())[0]! - began
}

/** Joins, sends the microphone, and receives everybody. */
export async function enter(participant: Participant, server: string, room: string, name: string): Promise<void> {
  await participant.openEngine(server)
  await participant.page.evaluate(() => {
    window.earshot = new window.AliRtcEngine({ audioProcessing: false, autoPublish: true, autoSubscribe: true })
    window.earshot.configLocalCameraPublish = false
    window.earshot.enableAudioVolumeIndicator = true
  })
  expect(await participant.joinChannel(room, name)).not.toHaveProperty('error')
}
