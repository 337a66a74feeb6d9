import { labelOf, slotOf, type CameraLayer, type Slot, type StreamRow } from '@earshot/protocol'
import type { Consumer } from '../sfu/sfu-engine.js'
import type { CarriedTrack, ChannelState, Member, Subscription, Wanted } from './channel-model.js'
import { sourceId } from './engine-ids.js'

const slots: readonly Slot[] = ['audio', 'camera', 'screen']

/**
 * Which tracks a subscription carries, from what is wanted and what is published. A wanted slot starts once it is active.
 * From then on it is carried through its inactive times too: turning a camera off and on again renegotiates nothing.
 */
export function carriedTracks(wanted: Wanted, rows: readonly StreamRow[], before: readonly CarriedTrack[]): readonly CarriedTrack[] {
  return slots.flatMap((slot) => {
    const ofSlot = rows.filter((row) => slotOf(row.label) === slot)
    const was = before.find((track) => track.slot === slot)
    const asked = slot === 'camera' ? wanted.camera !== null : wanted[slot]
    if (!asked || ofSlot.length === 0 || (was === undefined && !ofSlot.some((row) => row.state === 'active'))) return []
    const layer = slot === 'camera' && wanted.camera !== null ? offeredLayer(wanted.camera, ofSlot) : undefined
    const label = labelOf(slot, layer)
    return [{ slot, trackId: was?.trackId ?? label, label: was?.label ?? label, ...(layer === undefined ? {} : { layer }) }]
  })
}

/** The wanted layer if the publisher announces it, else the other one. */
function offeredLayer(wanted: CameraLayer, rows: readonly StreamRow[]): CameraLayer {
  const announced = (layer: CameraLayer): boolean => rows.some((row) => row.label === labelOf('camera', layer) && row.state === 'active')
  const other = wanted === 'large' ? 'small' : 'large'
  return !announced(wanted) && announced(other) ? other : wanted
}

/** The whole of what a member receives, as the SFU wants it. */
export function consumersOf(state: ChannelState, member: Member): readonly Consumer[] {
  return [...member.subscriptions].flatMap(([sessionId, subscription]) => {
    const publisher = state.members.get(sessionId)
    if (publisher === undefined) return []
    return subscription.carried.map((track) => ({
      sourceId: sourceId(sessionId, track.slot),
      ...(track.layer === undefined ? {} : { layer: track.layer }),
      streamId: publisher.userId,
      trackId: track.trackId,
    }))
  })
}

/**
 * Tracks that a member may come to receive, without those of one publisher. What is wanted counts, whether it is published
 * or not: a camera that is turned on later starts to flow without another request.
 */
export function countWanted(member: Member, exceptPublisher: string): number {
  return [...member.subscriptions]
    .filter(([sessionId]) => sessionId !== exceptPublisher)
    .reduce((sum, [, subscription]) => sum + wantedTracks(subscription.wanted), 0)
}

/** How many tracks of one publisher that asks for; 0 ends a subscription. */
export function wantedTracks(wanted: Wanted): number {
  return Number(wanted.audio) + Number(wanted.camera !== null) + Number(wanted.screen)
}

/** Whether the SFU would do the same for both. */
export function sameTracks(a: Subscription, b: Subscription): boolean {
  return a.carried.length === b.carried.length && a.carried.every((track, index) => {
    const other = b.carried[index]
    return other !== undefined && track.slot === other.slot && track.trackId === other.trackId && track.layer === other.layer
  })
}
