// The declarations name Symbol.dispose, which the default `lib` of most targets lacks.
/// <reference lib="esnext.disposable" preserve="true" />
import { Reports } from './reports/reports.js' // first: the meter's kernel, in hexadecimal, makes a smaller gzip at the start of a bundle
import { ERROR_INTERNAL, labelOf, type Profile, type Role, type Slot, type StreamLabel } from '@earshot/protocol'
import type { StatsSource } from '@earshot/stats-sampler'
import { readAudioIndicator, type AudioIndicatorOptions } from './audio-indicator.js'
import { readAuthInfo, type AuthInfo } from './auth-info.js'
import { badParameter, checkBoolean, checkText } from './bad-parameter.js'
import { AutoCalls } from './channel/auto-calls.js'
import { hasRoles, refusalOf, roleChange, type Call, type CallState } from './channel/call-table.js'
import { Channel, type OpenLink } from './channel/channel.js'
import { isSubscribed, playbackOf, subscriptions, userList, userOf } from './channel/roster.js'
import { DEFAULT_SETTINGS, mergeOptions, type AliRtcEngineOptions, type EngineSettings } from './engine-options.js'
import { AliRtcError } from './errors.js'
import type { AliRtcEvents, MediaStreamListener, MediaStreamSubscriber, UserInfo } from './events.js'
import type { LinkEvent } from './link/channel-link.js'
import { createRejoiningLink } from './link/rejoining-link.js'
import { createServerLink } from './link/server/server-link.js'
import { log, logLevel, setLogLevel, type LogLevel } from './log.js'
import { listDevices, type DeviceList } from './media/devices.js'
import { FirstMedia } from './media/first-media.js'
import type { CameraChoice, MicrophoneChoice } from './media/local-choices.js'
import { LocalMedia } from './media/local-media.js'
import { AUDIBLE, checkVolume, EVERYBODY, type Playback } from './media/playback.js'
import { SLOTS } from './media/publish-plan.js'
import type { Publisher } from './media/publisher.js'
import { RemoteStreams } from './media/remote-streams.js'
import { RemoteViews } from './media/remote-views.js'
import type { Resolution } from './media/resolutions.js'
import type { VideoProfile } from './media/video-profile.js'
import { viewRequest } from './media/view-request.js'
import { nextTurn } from './next-turn.js'
import { holdAudioContext, type HeldAudioContext } from './reports/shared-audio-context.js'
import { canShareScreen, checkSupport, type SupportResult } from './support/support-check.js'
import { TaskQueue } from './task-queue.js'
import { TypedEmitter } from './typed-emitter.js'
import { VERSION } from './version.js'

/**
 * Joins a channel, publishes, subscribes, and reports once a second what is heard and carried: the API of the AliRTC Web SDK
 * 1.x on a server of your own.
 *
 * Calls that fail reject with (or throw) an `AliRtcError`; a failure that no call could report is `onError`. One engine is in
 * at most one channel; a page may have several. Making one touches no device and no network.
 */
export class AliRtcEngine {
  readonly #emitter: TypedEmitter<AliRtcEvents> = new TypedEmitter<AliRtcEvents>({
    onChange: () => { this.#refresh() },
    onEmit: logEvent,
    single: () => this.#settings.compat === '1.16',
  })
  readonly #local: LocalMedia
  readonly #publisher: Publisher
  readonly #views: RemoteViews
  readonly #streams: RemoteStreams
  readonly #channel: Channel
  readonly #auto: AutoCalls
  readonly #firstMedia: FirstMedia = new FirstMedia((userId) => {
    const { displayName = '' } = this.getUserInfo(userId) ?? {}
    this.#emitter.emit('OnConnected', { userId, displayName, type: 'subscribe' })
  })
  readonly #reports: Reports
  readonly #life: AbortController = new AbortController()
  /** Each role change in a channel starts from where the one before ended. */
  readonly #roleChanges: TaskQueue = new TaskQueue()
  #settings: EngineSettings
  #indicator: boolean | AudioIndicatorOptions = false
  #profile: Profile = 0
  #role: Role = 0
  #displayName = ''

  /**
   * Throws 16974081 naming an option that is wrong, or not in this release.
   *
   * @param openLink another link than the one to our channel server
   */
  constructor(options?: AliRtcEngineOptions | null | '', openLink: OpenLink = (onEvent) => createRejoiningLink((tell) => createServerLink({}, tell), onEvent)) {
    this.#settings = mergeOptions(DEFAULT_SETTINGS, options)
    const onError = (error: AliRtcError): void => { this.#emitter.emit('onError', error) }
    const holdContext = (): HeldAudioContext => holdAudioContext(this.#settings.audioContext)
    this.#local = new LocalMedia({
      audioProcessing: () => this.#settings.audioProcessing,
      holdContext,
      onError,
      onChange: () => { this.#refresh() },
      onMuted: () => { this.#emitter.emit('onNotify', this.getUserList()) },
      onSharedSound: () => { this.#emitter.emit('onShareSystemAudioStart', undefined) },
    })
    this.#publisher = this.#local.publisher
    this.#views = new RemoteViews({
      onError,
      playbackOf: (userId) => playbackOf(this.#channel.roster, userId) ?? AUDIBLE,
      unseen: () => !this.#settings.customPlay && this.#settings.compat === undefined,
    })
    this.#streams = new RemoteStreams((userId) => this.#views.tracksOf(userId), (userId, stream) => { this.#tellStream(userId, stream) })
    this.#channel = new Channel(openLink, {
      emit: (name, payload) => { this.#channelEvent(name, payload) },
      session: (link) => { this.#session(link) },
      track: (event) => { this.#remoteTrack(event) },
      userLeft: (userId) => {
        this.#views.forget(userId)
        this.#firstMedia.update(userId, [])
        this.#streams.forget(userId)
      },
      publishLost: () => { this.#publisher.markLost() },
      changed: () => {
        this.#streams.flush()
        this.#refresh()
      },
    })
    this.#auto = new AutoCalls({
      settings: () => this.#settings,
      canPublish: () => this.#state === 'joined',
      publish: () => this.publish(),
      sending: () => SLOTS.filter((slot) => this.#publisher.sending.has(slot)).map((slot) => labelOf(slot)),
      subscribe: (userId) => this.#subscribe(userId),
      userInfo: (userId) => this.getUserInfo(userId),
      emit: (name, payload) => { this.#emitter.emit(name, payload) },
    })
    this.#reports = new Reports({
      emit: (name, payload) => { this.#emitter.emit(name, payload) },
      holdContext,
    })
    const { signal } = this.#settings
    if (signal?.aborted) void this.dispose()
    else signal?.addEventListener('abort', () => { void this.dispose() }, { signal: this.#life.signal })
  }

  /** `isSupport` of a temporary engine, as before 1.12. @deprecated use the method of an engine */
  static isSupport(options?: AliRtcEngineOptions): Promise<SupportResult> {
    return new AliRtcEngine().isSupport(options)
  }

  // Events

  /** Adds a listener; several may listen, the same function counts once. Call the result to remove it. */
  on<Name extends keyof AliRtcEvents>(name: Name, listener: (payload: AliRtcEvents[Name]) => void, context?: unknown): () => void
  on(name: 'onMediaStream', listener: MediaStreamListener, context?: unknown): () => void
  on<Name extends keyof AliRtcEvents>(name: Name, listener: (payload: AliRtcEvents[Name], stream: MediaStream) => void, context?: unknown): () => void {
    checkText('name', name)
    if (typeof listener !== 'function') throw badParameter('listener', 'a function', listener)
    return this.#emitter.on(name, listener as (payload: AliRtcEvents[Name]) => void, context) // #tellStream gives the stream
  }

  /** Removes a listener; without one, all of that name. */
  off<Name extends keyof AliRtcEvents>(name: Name, listener?: (payload: AliRtcEvents[Name]) => void): void
  off(name: 'onMediaStream', listener: MediaStreamListener): void
  off<Name extends keyof AliRtcEvents>(name: Name, listener?: (payload: AliRtcEvents[Name], stream: MediaStream) => void): void {
    checkText('name', name)
    this.#emitter.off(name, listener as (payload: AliRtcEvents[Name]) => void)
  }

  // Capabilities and devices

  /**
   * Whether this page can call: opens microphone and camera and releases them again, unless `isReceiveOnly`. Options given
   * here stay set. Rejects with an error of the same fields: 10020 to 10024, or why the microphone could not be opened
   * (10000, 10001, 10003, 10005).
   */
  async isSupport(options?: AliRtcEngineOptions): Promise<SupportResult> {
    this.#settings = mergeOptions(this.#settings, options)
    const { enableCamera, audioOnly } = this.#local.choices
    return checkSupport(this.#settings, { capture: (slots) => this.#local.capture(slots), camera: enableCamera && !audioOnly })
  }

  /** Whether the browser can capture a screen; the user may still refuse. */
  isSupportScreenShare(): boolean {
    return canShareScreen()
  }

  /** False: no camera is opened; a preview rejects with 10130, and so does a publish that asks for it, but for the first, which leaves it out. Default true. */
  get enableCamera(): boolean { return this.#local.choices.enableCamera }
  set enableCamera(on: boolean) {
    checkBoolean('enableCamera', on)
    this.#local.choices.enableCamera = on
  }

  /**
   * No video, neither ours (previews, and what is published beyond the first publish, reject with 10120) nor that of others. False
   * in a channel, else nothing, as the original. Default false.
   */
  setAudioOnlyMode(on: boolean): false | undefined {
    checkBoolean('on', on)
    if (this.#refusal('setAudioOnlyMode') !== undefined) return false
    this.#local.choices.audioOnly = on
    return undefined
  }

  /**
   * Which camera to capture; one in use is swapped at once, and others see only the picture change. Undefined: the browser's
   * default. Throws 16974081. Where the device cannot be opened `onError` says why (10007: there is none such), and the old one goes on.
   */
  get currentCamera(): CameraChoice | undefined { return this.#local.choices.devices.camera }
  set currentCamera(camera: CameraChoice | null | undefined) { this.#local.choose('currentCamera', camera) }

  /** Which microphone to capture; as `currentCamera`. A mute stays. */
  get currentAudioCapture(): MicrophoneChoice | undefined { return this.#local.choices.devices.audio }
  set currentAudioCapture(microphone: MicrophoneChoice | null | undefined) { this.#local.choose('currentAudioCapture', microphone) }

  /**
   * Size and frame rate of the camera (1; default 640x480 at 15) or the screen (2; default 960x540 at 10); the bound of the encoder
   * follows from them. Goes for the next capture, and for what is in use as far as the device can. False for another type, a
   * frame rate outside 5 to 30, or a size that is none.
   */
  setVideoProfile(config: VideoProfile, type: 1 | 2): boolean {
    return this.#local.setVideoProfile(config, type)
  }

  /** `setVideoProfile` for the camera; throws 16974081. @deprecated use `setVideoProfile(config, 1)` */
  get videoProfile(): VideoProfile { return { ...this.#local.choices.profiles.camera } }
  set videoProfile(config: VideoProfile) { this.#local.videoProfile = config }

  /**
   * Which of a few common sizes the camera opens with, the largest first. Rejects with 10500 while the call before is pending,
   * 10120, 10130, or a device code: 10007 where there is no such device.
   *
   * @param deviceId also 'user' or 'environment'; default: `currentCamera`
   */
  async getAvailableResolutions(deviceId?: string): Promise<Resolution[]> {
    if (deviceId !== undefined) checkText('deviceId', deviceId)
    return this.#local.availableResolutions(deviceId)
  }

  /**
   * A track of the app's own in place of the microphone (0), the camera (1) or the screen (2), until the publication that comes
   * next has ended; never stopped by us. Null takes it back. False while publishing, for another type, and for what is no live
   * track of that kind.
   */
  setExternalMediaTrack(track: MediaStreamTrack | null, type: 0 | 1 | 2): boolean {
    return this.#refusal('setExternalMediaTrack') === undefined && this.#local.setExternal(track, type)
  }

  /** Labels are empty until the user has allowed a capture. Rejects with 10022. */
  getDevices(): Promise<DeviceList> {
    return listDevices()
  }

  // Channel

  /**
   * 0 communication, 1 interactive live, 2 legacy low-latency live (treated as 1). False for anything else, and while in a
   * channel.
   */
  setChannelProfile(profile: Profile): boolean {
    if (![0, 1, 2].includes(profile) || this.#refusal('setChannelProfile') !== undefined) return false
    if (profile === 2) log('warn', 'channel profile 2 is treated as 1')
    this.#profile = profile
    return true
  }

  /**
   * 0 interactive, 1 audience. Before joining it is stored; in a channel of profile 1 `onUpdateRole` comes before the promise
   * resolves. Rejects with 16974081, 16908560 (profile 0, or publishing), 16974340 (joining).
   *
   * @param resume stops publishing before a switch to the audience, publishes after a switch from it
   */
  async setClientRole(role: Role, resume = false): Promise<true> {
    if (role !== 0 && role !== 1) throw badParameter('role', '0 or 1', role)
    if (this.#state === 'idle') return this.#changeRole(role, resume)
    return this.#roleChanges.run(() => this.#changeRole(role, resume))
  }

  /**
   * Enters the channel of the auth info. Channel events start after the promise has resolved. Rejects with 16843521 when in
   * a channel, with 16974081 (also as `onError`, as the original) when the auth info is incomplete, or with what the server says.
   */
  async joinChannel(authInfo: AuthInfo, displayName?: string): Promise<void> {
    const refused = this.#refusal('joinChannel')
    if (refused !== undefined) throw refused
    const request = this.#readAuthInfo(authInfo, displayName)
    this.#displayName = request.displayName
    await this.#channel.join({ ...request, profile: this.#profile, role: this.#role })
  }

  /**
   * Stops publishing and all subscriptions and leaves. Always resolves, also when the server cannot be reached or we are in no
   * channel; what the server has not heard of it within a second is told in the background. Preview, listeners, publish flags, role and
   * profile stay; what `configRemote*` chose is gone.
   */
  leaveChannel(): Promise<void> {
    return this.#channel.leave()
  }

  /** Everybody else in the channel, in order of arrival. Copies. */
  getUserList(): UserInfo[] {
    return userList(this.#channel.roster)
  }

  /** Null for who is not there. */
  getUserInfo(userId: string): UserInfo | null {
    return userOf(this.#channel.roster, userId)
  }

  // Publishing

  /** Whether `publish` sends the microphone. Default true. */
  get configLocalAudioPublish(): boolean { return this.#publisher.wanted.audio }
  set configLocalAudioPublish(on: boolean) { this.#setFlag('configLocalAudioPublish', 'audio', on) }

  /** Whether `publish` sends the camera. Default true. */
  get configLocalCameraPublish(): boolean { return this.#publisher.wanted.camera }
  set configLocalCameraPublish(on: boolean) { this.#setFlag('configLocalCameraPublish', 'camera', on) }

  /** Whether `publish` sends the screen. Default false, and false again once sharing ends or is refused. */
  get configLocalScreenPublish(): boolean { return this.#publisher.wanted.screen }
  set configLocalScreenPublish(on: boolean) { this.#setFlag('configLocalScreenPublish', 'screen', on) }

  /**
   * Applies the three flags: captures and sends what is on, stops what is off. A camera that fails beside other media, and a
   * screen, are told by `onError`. Rejects with 16843524 (not joined), 10112 (audience), 10500 (the previous call is pending),
   * a device code, 10400 (nothing could be captured), 10401, or what the server says; what was sent before goes on then.
   */
  async publish(): Promise<void> {
    this.#require('publish')
    await this.#publisher.publish()
  }

  /** Stops sending; the flags stay. Rejects with 16843524, 16843778 (not publishing), 10500. @deprecated set the flags to false and publish */
  async unPublish(): Promise<void> {
    this.#require('unPublish')
    await this.#publisher.unPublish()
  }

  /** Silence goes on flowing, so that unmuting is instant. False when no audio is published. @param sticky survives a re-publish */
  muteLocalMic(mute = true, sticky?: boolean): boolean {
    checkBoolean('mute', mute)
    return this.#publisher.mute('audio', mute, sticky)
  }

  /** Black goes on flowing. False when no camera is published. The preview goes on. */
  muteLocalCamera(mute = true): boolean {
    checkBoolean('mute', mute)
    return this.#publisher.mute('camera', mute)
  }

  /** Shows our camera in an element, whether or not it is published. Rejects with 16974081 for no media element, or a device code. */
  async startPreview(element: HTMLMediaElement): Promise<void> {
    this.#require('startPreview')
    await this.#local.preview.start(element)
  }

  /** Releases the camera unless it is published. */
  async stopPreview(): Promise<void> {
    this.#local.preview.stop()
  }

  /**
   * Whether the preview asks for 1280x720 where less is sent; one that begins while the camera is sent shows what is sent.
   * Default true. False on phones, else true.
   */
  enableHighDefinitionPreview(on: boolean): boolean {
    checkBoolean('on', on)
    return this.#local.setHighDefinition(on)
  }

  /**
   * Lets the user choose a screen and shows it, whether or not it is published: `publish` then sends the same. Rejects with
   * 16974081, 10120, 10025 (no screen sharing here), or why there is none: 10010 to 10017.
   */
  async startScreenSharePreview(element: HTMLMediaElement): Promise<void> {
    this.#require('startPreview')
    await this.#local.screenPreview.start(element)
  }

  /** Releases the screen unless it is published. */
  async stopScreenSharePreview(): Promise<void> {
    this.#local.screenPreview.stop()
  }

  // Subscribing

  /** Whether `subscribe` asks for the user's audio. Default true. False when there is no such user. */
  configRemoteAudio(userId: string, on: boolean): boolean {
    checkBoolean('on', on)
    return this.#channel.configure(userId, { audio: on })
  }

  /** Whether `subscribe` asks for the user's camera, and which size of it where both are sent. Default large. False when there is no such user. */
  configRemoteCameraTrack(userId: string, preferLarge: boolean, on: boolean): boolean {
    checkBoolean('preferLarge', preferLarge)
    checkBoolean('on', on)
    return this.#channel.configure(userId, { preferLarge, camera: on })
  }

  /** Whether `subscribe` asks for the user's screen. Default false. False when there is no such user. */
  configRemoteScreenTrack(userId: string, on: boolean): boolean {
    checkBoolean('on', on)
    return this.#channel.configure(userId, { screen: on })
  }

  /**
   * Applies the user's three switches; resolves with the user id when the server agreed, media follows. All off ends the
   * subscription. Rejects with 10140 (no such user), 16974851 (nothing selected is being sent), 10500 (the previous call for
   * this user is pending), or what the server says.
   */
  async subscribe(userId: string): Promise<string> {
    this.#require('subscribe')
    await this.#auto.subscribing(userId, () => this.#subscribe(userId))
    return userId
  }

  /**
   * Ends the subscription; the switches stay, `subscribe` brings it back. Rejects with 10140 (no such user), 16974340 (not
   * subscribed), 10500, or what the server says. @deprecated switch all three off and subscribe
   */
  async unSubscribe(userId: string): Promise<void> {
    this.#require('unSubscribe')
    await this.#auto.subscribing(userId, () => this.#channel.unSubscribe(userId))
  }

  /**
   * Plays a user's camera (1) or screen (2) in an element; the sound comes with the camera's view, else with the screen's,
   * else it plays without one. False for an unknown user, or what is no media element, or another type; and with `customPlay`.
   */
  setDisplayRemoteVideo(userId: string, element: HTMLMediaElement, type: 1 | 2): boolean
  /** The form before 1.10, with the two values of `onMediaStream`. @deprecated give the user id, and 1 or 2 */
  setDisplayRemoteVideo(subscriber: MediaStreamSubscriber, element: HTMLMediaElement, stream: MediaStream): boolean
  setDisplayRemoteVideo(user: string | MediaStreamSubscriber, element: HTMLMediaElement, what: 1 | 2 | MediaStream): boolean {
    const request = viewRequest(user, what)
    if (this.#settings.customPlay || request === undefined || !this.#channel.roster.has(request.userId) || !(element instanceof HTMLMediaElement)) return false
    this.#views.display(request.userId, request.kind, element)
    return true
  }

  /** Silences a user here; nothing changes for others, for the subscription and for the levels. False when there is no such user, and with `customPlay`. */
  muteRemoteAudioPlaying(userId: string, mute: boolean): boolean {
    checkBoolean('mute', mute)
    return this.#play(userId, { muted: mute })
  }

  /** Silences everybody here, also those who come later, or lets all be heard. Works anywhere. False with `customPlay`. */
  muteAllRemoteAudioPlaying(mute: boolean): boolean {
    checkBoolean('mute', mute)
    return this.#play(EVERYBODY, { muted: mute })
  }

  /**
   * How loud a user is played, 0..1, whether muted or not. False when there is no such user, and with `customPlay`. Throws
   * 16974081 for another volume.
   *
   * @param userId -1: everybody, also those who come later
   */
  setAudioVolume(userId: string | -1, volume: number): boolean {
    checkVolume('volume', volume)
    return this.#play(userId, { volume })
  }

  /** 0..1, at first 1; -1 when there is no such user, and with `customPlay`. */
  getAudioVolume(userId: string): number {
    const playback = this.#settings.customPlay ? undefined : playbackOf(this.#channel.roster, userId)
    return playback?.volume ?? -1
  }

  /**
   * Plays everybody, now and later, on one output of `getDevices()`; '' is the system's choice. Rejects with 10040 where the
   * browser knows no such choice, 10030 for a device that is not there or not allowed; then all stays as it was.
   */
  async setAudioOutput(deviceId: string): Promise<void> {
    if (typeof deviceId !== 'string') throw badParameter('deviceId', 'the id of an audio output', deviceId)
    await this.#views.setOutput(deviceId)
  }

  // Reports

  /**
   * `onAudioLevel` once a second: true, or an object that says how. Throws 16974081 naming a field that is wrong. Reading gives
   * what was set.
   */
  get enableAudioVolumeIndicator(): boolean | AudioIndicatorOptions { return this.#indicator }
  set enableAudioVolumeIndicator(value: boolean | AudioIndicatorOptions) {
    readAudioIndicator(value)
    this.#indicator = typeof value === 'object' ? { ...value } : value
    this.#refresh()
  }

  /** The connections, for `StatsSampler.add`; empty while nothing is published or subscribed. The names stay the same. */
  statsSources(): ReadonlyMap<string, StatsSource> {
    return this.#channel.link?.statsSources() ?? new Map<string, StatsSource>()
  }

  /** What a track of a remote user, or one that we publish, is; undefined for any other. */
  getTrackLabel(track: MediaStreamTrack): StreamLabel | undefined {
    const slot = SLOTS.find((candidate) => track !== undefined && this.#publisher.trackOf(candidate) === track)
    return slot === undefined ? this.#views.labelOf(track) : labelOf(slot)
  }

  /** What goes to the console, of all engines of the page: `'debug'`, `'info'`, `'warn'` (default), `'error'` or `'none'`. Throws 16974081. */
  setLogLevel(level: LogLevel): void {
    setLogLevel(level)
  }

  /** What `setLogLevel` set, by whichever engine. */
  getLogLevel(): LogLevel {
    return logLevel()
  }

  /** Of this package, as in its package.json. */
  getVersion(): string {
    return VERSION
  }

  /** Leaves, stops the preview and removes all listeners; the engine cannot join again. Idempotent. */
  async dispose(): Promise<void> {
    if (this.#life.signal.aborted) return
    this.#life.abort()
    const left = this.#channel.leave()
    this.#local.close()
    this.#indicator = false
    this.#emitter.clear()
    this.#reports.close()
    await left
  }

  /** `dispose`, for `using`. */
  [Symbol.dispose](): void {
    void this.dispose()
  }

  get #state(): CallState {
    if (this.#life.signal.aborted) return 'disposed'
    const { state } = this.#channel
    if (state !== 'joined') return state
    if (this.#publisher.active) return 'sending'
    return this.#role === 1 && hasRoles(this.#profile) ? 'audience' : 'joined'
  }

  #refusal(call: Call): AliRtcError | undefined {
    return refusalOf(call, this.#state)
  }

  #require(call: Call): void {
    const refused = this.#refusal(call)
    if (refused !== undefined) throw refused
  }

  /** In audio-only mode the first time without the user's video; who asks for it after that has 10120. */
  async #subscribe(userId: string): Promise<void> {
    if (this.#local.choices.audioOnly) {
      const { camera, screen } = this.#channel.roster.get(userId)?.switches ?? {}
      if ((camera || screen) && isSubscribed(this.#channel.roster, userId)) throw this.#local.refusal('camera')
      this.#channel.configure(userId, { camera: false, screen: false })
    }
    await this.#channel.subscribe(userId)
  }

  async #changeRole(role: Role, resume: boolean): Promise<true> {
    const change = roleChange({ state: this.#state, profile: this.#profile, role: this.#role }, role, resume)
    if (change.type === 'refuse') throw change.error
    if (change.type === 'store') this.#role = role
    if (change.type !== 'switch') return true
    if (change.stopFirst) await this.#publisher.unPublish()
    await this.#channel.setRole(role)
    const oldRole = this.#role
    this.#role = role
    this.#emitter.emit('onUpdateRole', { oldRole, newRole: role })
    if (change.publishAfter) await this.publish()
    else void this.#auto.publish()
    return true
  }

  #play(userId: string | typeof EVERYBODY, change: Partial<Playback>): boolean {
    if (this.#settings.customPlay || !this.#channel.setPlayback(userId, change)) return false
    this.#views.setPlayback(userId, change)
    return true
  }

  #setFlag(name: string, slot: Slot, on: boolean): void {
    checkBoolean(name, on)
    this.#publisher.want(slot, on)
  }

  #readAuthInfo(authInfo: AuthInfo, displayName: string | undefined): ReturnType<typeof readAuthInfo> {
    try {
      return readAuthInfo(authInfo, displayName)
    } catch (error) {
      const told = error instanceof AliRtcError ? error : new AliRtcError(ERROR_INTERNAL, String(error))
      // The original's payload, which only an app that asks for it gets: its handlers tell it by `typeof`
      this.#emitter.emit('onError', this.#settings.compat === '1.16' ? told.message as unknown as AliRtcError : told)
      throw error
    }
  }

  #session(link: Channel['link']): void {
    this.#publisher.attach(link)
    this.#views.clear()
    this.#streams.clear()
    this.#auto.reset()
    this.#firstMedia.clear()
    this.#refresh()
    if (link !== undefined) void nextTurn().then(() => this.#auto.publish()) // whoever awaits joinChannel() goes first
  }

  #channelEvent<Name extends keyof AliRtcEvents>(name: Name, payload: AliRtcEvents[Name]): void {
    this.#emitter.emit(name, payload)
    if (name === 'onPublisher') this.#auto.published((payload as AliRtcEvents['onPublisher']).userId) // the payload of that name
  }

  #remoteTrack(event: Extract<LinkEvent, { type: 'track' | 'layer' | 'track-ended' }>): void {
    const { userId, label, track } = event
    if (event.type === 'track-ended') {
      this.#views.remove(userId, label, track)
      this.#streams.ended(userId, track)
    } else {
      this.#views.add(userId, label, track)
      this.#streams.changed(userId)
    }
    this.#firstMedia.update(userId, this.#views.tracksOf(userId))
    this.#refresh()
  }

  #tellStream(userId: string, mediaStream: MediaStream): void {
    const user = this.getUserInfo(userId)
    if (user === null) return
    if (this.#settings.customPlay) this.#emitter.emit('onMediaStreamUpdate', { userId, mediaStream })
    if (mediaStream.getTracks().length === 0) return
    this.#emitter.emit('onMediaStream', { userId, displayName: user.displayName, publishId: userId, subscribeId: userId }, mediaStream)
  }

  /** The reports follow the facts. */
  #refresh(): void {
    if (this.#life.signal.aborted) return
    this.#reports.update({
      indicator: readAudioIndicator(this.#indicator),
      media: this.#emitter.has('onMedia'),
      quality: this.#emitter.has('onNetworkQuality'),
      link: this.#channel.link,
      displayName: this.#displayName,
      sending: this.#publisher.sending,
      microphone: this.#publisher.trackOf('audio'),
      subscriptions: subscriptions(this.#channel.roster),
      audioTrackOf: (userId) => this.#views.audioTrackOf(userId),
    })
  }
}

/** What a handler is told, a log tells too; and a failure that no handler hears of is not lost. */
function logEvent<Name extends keyof AliRtcEvents>(name: Name, payload: AliRtcEvents[Name], heard: boolean): void {
  if (name === 'onError' && !heard) return log('error', 'onError has no listener:', payload)
  log(everySecond.has(name) ? 'debug' : 'info', name, payload)
}

const everySecond: ReadonlySet<keyof AliRtcEvents> = new Set(['onAudioLevel', 'onMedia', 'onNetworkQuality'])
