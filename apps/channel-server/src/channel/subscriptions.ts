import type { CameraLayer, ServerMessage, StreamLabel } from '@earshot/protocol'
import { carriedTracks, sameTracks, wantedTracks } from './carried-tracks.js'
import type { ChannelState, Member, MemberMessage, Output, Pending, Step, Subscription } from './channel-model.js'
import { readSourceId } from './engine-ids.js'
import { memberOf } from './refusals.js'
import { accepted, nothing, othersOf, send, tell, withMember } from './step-parts.js'

/** Takes over what a member wants of one user from now on; nothing wanted ends it. */
export function subscribe(state: ChannelState, member: Member, message: Extract<MemberMessage, { type: 'subscribe' }>): Step {
  const publisher = memberOf(state, message.userId)
  if (publisher === undefined) return nothing(state) // refused before
  const wanted = { audio: message.audio, camera: message.camera, screen: message.screen }
  const before = member.subscriptions.get(publisher.sessionId) ?? { wanted, carried: [] }
  const after: Subscription = { wanted, carried: carriedTracks(wanted, publisher.streams, before.carried) }
  const subscriptions = new Map(member.subscriptions)
  if (wantedTracks(wanted) === 0) subscriptions.delete(publisher.sessionId)
  else subscriptions.set(publisher.sessionId, after)
  const changed = !sameTracks(before, after)
  const pending: Pending | null = changed ? { kind: 'subscribe', id: message.id, publisher: publisher.sessionId } : null
  const subscriber: Member = { ...member, subscriptions, pending }
  const next = withMember(state, subscriber)
  return { state: next, outputs: [changed ? { ...send(next, subscriber), awaited: true } : accepted(member, message.id)] }
}

/** After a change of what somebody publishes. `newSources`: its old ones are gone, those of the same ids must be sent anew. */
export function updateSubscribers(state: ChannelState, publisher: Member, newSources: boolean): Step {
  let next = state
  const outputs: Output[] = []
  for (const member of othersOf(state, publisher)) {
    const before = member.subscriptions.get(publisher.sessionId)
    if (before === undefined) continue
    const after: Subscription = { wanted: before.wanted, carried: carriedTracks(before.wanted, publisher.streams, before.carried) }
    const subscriber: Member = { ...member, subscriptions: new Map(member.subscriptions).set(publisher.sessionId, after) }
    next = withMember(next, subscriber)
    if (newSources || !sameTracks(before, after)) outputs.push(send(next, subscriber))
  }
  return { state: next, outputs }
}

/** After somebody stopped to publish: nobody is subscribed to it any more. */
export function dropSubscriptionsTo(state: ChannelState, publisher: Member): Step {
  let next = state
  const outputs: Output[] = []
  for (const member of othersOf(state, publisher)) {
    if (!member.subscriptions.has(publisher.sessionId)) continue
    const subscriptions = new Map(member.subscriptions)
    subscriptions.delete(publisher.sessionId)
    const subscriber: Member = { ...member, subscriptions }
    next = withMember(next, subscriber)
    outputs.push(send(next, subscriber))
  }
  return { state: next, outputs }
}

/** The SFU sends another layer of a camera from now on. */
export function layerChanged(state: ChannelState, member: Member, source: string, layer: string): Step {
  const from = readSourceId(source)
  const publisher = state.members.get(from?.sessionId ?? '')
  const subscription = member.subscriptions.get(from?.sessionId ?? '')
  const label = labelOfLayer(layer)
  if (publisher === undefined || subscription === undefined || label === undefined) return nothing(state)
  if (!subscription.carried.some((track) => track.slot === 'camera' && track.label !== label)) return nothing(state)
  const carried = subscription.carried.map((track) => (track.slot === 'camera' ? { ...track, label } : track))
  const subscriptions = new Map(member.subscriptions).set(publisher.sessionId, { ...subscription, carried })
  return { state: withMember(state, { ...member, subscriptions }), outputs: [tell(member, { type: 'layer', userId: publisher.userId, label })] }
}

const cameraLabels: Readonly<Record<CameraLayer, StreamLabel>> = { large: 'sophon_video_camera_large', small: 'sophon_video_camera_small' }

function labelOfLayer(layer: string): StreamLabel | undefined {
  return layer === 'large' || layer === 'small' ? cameraLabels[layer] : undefined
}

/** Sections of members who left meanwhile are left out; the next offer closes them. */
export function offeredTracks(state: ChannelState, member: Member, consumers: readonly { readonly mid: string; readonly sourceId: string }[]): Extract<ServerMessage, { type: 'offer' }>['tracks'] {
  return consumers.flatMap(({ mid, sourceId }) => {
    const from = readSourceId(sourceId)
    const publisher = state.members.get(from?.sessionId ?? '')
    const track = member.subscriptions.get(from?.sessionId ?? '')?.carried.find((one) => one.slot === from?.slot)
    return publisher === undefined || track === undefined ? [] : [{ mid, userId: publisher.userId, label: track.label }]
  })
}
