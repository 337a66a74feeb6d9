import * as codes from './error-codes.js'

/** A text in the languages of the documents. */
export interface Bilingual {
  readonly en: string
  readonly zh: string
}

/** What to know of one error code. */
export interface ErrorDescription {
  readonly code: number
  /** Of the constant. */
  readonly name: string
  /** What has happened. */
  readonly cause: Bilingual
  readonly remedy: Bilingual
  /** False: known to the original or its family, and never reported by Earshot. */
  readonly raised: boolean
}

/** Every code with its cause and its remedy, in the order of the constants; `docs/errors.md` is written from it. */
export const ERROR_TABLE: readonly ErrorDescription[] = [
  {
    code: codes.ERROR_DEVICE_UNKNOWNERROR, name: 'ERROR_DEVICE_UNKNOWNERROR', raised: true,
    cause: { en: 'A microphone or camera could not be opened, or the browser did not answer within 10 s although it was allowed; `cause` has the browser\'s own error.', zh: '无法打开麦克风或摄像头，或在已授权的情况下浏览器 10 秒内没有响应；浏览器的原始错误在 `cause` 中。' },
    remedy: { en: 'Read `cause`. Try another device, or ask the user to restart the browser.', zh: '查看 `cause`；换一个设备，或请用户重启浏览器。' },
  },
  {
    code: codes.ERROR_DEVICE_AUDIODEVICENOTFOUND, name: 'ERROR_DEVICE_AUDIODEVICENOTFOUND', raised: true,
    cause: { en: 'There is no microphone.', zh: '没有麦克风。' },
    remedy: { en: 'Plug one in, or set `configLocalAudioPublish = false` to send without audio, or `setExternalMediaTrack`.', zh: '接入麦克风；或设置 `configLocalAudioPublish = false` 不发送音频；或使用 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_DEVICE_VIDEODEVICENOTFOUND, name: 'ERROR_DEVICE_VIDEODEVICENOTFOUND', raised: true,
    cause: { en: 'There is no camera.', zh: '没有摄像头。' },
    remedy: { en: 'Plug one in, or set `configLocalCameraPublish = false`.', zh: '接入摄像头，或设置 `configLocalCameraPublish = false`。' },
  },
  {
    code: codes.ERROR_DEVICE_AUDIODEVICENOTALLOWED, name: 'ERROR_DEVICE_AUDIODEVICENOTALLOWED', raised: true,
    cause: { en: 'The user, or a policy of the page, denied the microphone.', zh: '用户或页面策略拒绝了麦克风权限。' },
    remedy: { en: 'Ask the user to allow it in the address bar; in a frame add `allow="microphone"`.', zh: '请用户在地址栏中允许麦克风；在 iframe 中加上 `allow="microphone"`。' },
  },
  {
    code: codes.ERROR_DEVICE_VIDEODEVICENOTALLOWED, name: 'ERROR_DEVICE_VIDEODEVICENOTALLOWED', raised: true,
    cause: { en: 'The user, or a policy of the page, denied the camera.', zh: '用户或页面策略拒绝了摄像头权限。' },
    remedy: { en: 'Ask the user to allow it in the address bar; in a frame add `allow="camera"`.', zh: '请用户在地址栏中允许摄像头；在 iframe 中加上 `allow="camera"`。' },
  },
  {
    code: codes.ERROR_DEVICE_AUDIODEVICENOTREADABLE, name: 'ERROR_DEVICE_AUDIODEVICENOTREADABLE', raised: true,
    cause: { en: 'The system blocks the microphone, has muted it for more than 2 s, or another program holds it.', zh: '系统禁止使用麦克风，或将其静音超过 2 秒，或麦克风被其他程序占用。' },
    remedy: { en: 'Close the other program; allow the browser in the system\'s privacy settings.', zh: '关闭占用的程序；在系统隐私设置中允许浏览器使用麦克风。' },
  },
  {
    code: codes.ERROR_DEVICE_VIDEODEVICENOTREADABLE, name: 'ERROR_DEVICE_VIDEODEVICENOTREADABLE', raised: true,
    cause: { en: 'The system blocks the camera, has muted it for more than 2 s, or another program holds it.', zh: '系统禁止使用摄像头，或使其超过 2 秒没有画面，或摄像头被其他程序占用。' },
    remedy: { en: 'Close the other program; allow the browser in the system\'s privacy settings.', zh: '关闭占用的程序；在系统隐私设置中允许浏览器使用摄像头。' },
  },
  {
    code: codes.ERROR_DEVICE_CONSTRAINEDDERROR, name: 'ERROR_DEVICE_CONSTRAINEDDERROR', raised: true,
    cause: { en: 'The chosen device is not there, or cannot do what was asked of it.', zh: '所选设备不存在，或不支持所要求的参数。' },
    remedy: { en: 'Take a device from `getDevices()` and a size from `getAvailableResolutions()`.', zh: '从 `getDevices()` 选择设备，从 `getAvailableResolutions()` 选择分辨率。' },
  },
  {
    code: codes.ERROR_DEVICE_AUDIO_ENDED, name: 'ERROR_DEVICE_AUDIO_ENDED', raised: true,
    cause: { en: 'The microphone was unplugged, or its track ended. Where there is another one it goes on with that; else the others are told that it is not sent.', zh: '麦克风被拔出，或其音轨已结束。有其他麦克风时自动改用；否则其他成员会收到停止发送的通知。' },
    remedy: { en: 'None needed: it comes back with the device. A chosen one is waited for; set `currentAudioCapture` to take another.', zh: '无需处理：设备恢复后会自动继续。已指定的设备会一直等待；设置 `currentAudioCapture` 可改用其他麦克风。' },
  },
  {
    code: codes.ERROR_DEVICE_VIDEO_ENDED, name: 'ERROR_DEVICE_VIDEO_ENDED', raised: true,
    cause: { en: 'The camera was unplugged, or its track ended. Where there is another one it goes on with that; else the others are told that it is not sent.', zh: '摄像头被拔出，或其视频轨已结束。有其他摄像头时自动改用；否则其他成员会收到停止发送的通知。' },
    remedy: { en: 'None needed: it comes back with the device. A chosen one is waited for; set `currentCamera` to take another.', zh: '无需处理：设备恢复后会自动继续。已指定的设备会一直等待；设置 `currentCamera` 可改用其他摄像头。' },
  },
  {
    code: codes.ERROR_SCREENSHARE_UNKNOWNERROR, name: 'ERROR_SCREENSHARE_UNKNOWNERROR', raised: true,
    cause: { en: 'The screen could not be captured; `cause` has the browser\'s own error.', zh: '无法采集屏幕；浏览器的原始错误在 `cause` 中。' },
    remedy: { en: 'Read `cause`, and offer to try again.', zh: '查看 `cause`，并提示用户重试。' },
  },
  {
    code: codes.ERROR_SCREENSHARE_NOTALLOWED, name: 'ERROR_SCREENSHARE_NOTALLOWED', raised: true,
    cause: { en: 'The user closed the picker, or denied the share. `configLocalScreenPublish` is false again.', zh: '用户关闭了选择窗口或拒绝共享；`configLocalScreenPublish` 已恢复为 false。' },
    remedy: { en: 'Nothing to repair; offer the button again.', zh: '无需修复，保留共享按钮即可。' },
  },
  {
    code: codes.ERROR_SCREENSHARE_ENDED, name: 'ERROR_SCREENSHARE_ENDED', raised: true,
    cause: { en: 'The user stopped sharing in the browser\'s bar. `configLocalScreenPublish` is false again.', zh: '用户在浏览器的提示条中停止了共享；`configLocalScreenPublish` 已恢复为 false。' },
    remedy: { en: 'Nothing to repair; show that sharing has ended.', zh: '无需修复，在界面上显示共享已结束。' },
  },
  {
    code: codes.ERROR_SCREENSHARE_NOPERMISSION, name: 'ERROR_SCREENSHARE_NOPERMISSION', raised: true,
    cause: { en: 'The system does not let the browser record the screen (macOS).', zh: '系统不允许浏览器录制屏幕（macOS）。' },
    remedy: { en: 'System settings, privacy, screen recording: allow the browser, and restart it.', zh: '在系统设置的隐私-屏幕录制中允许该浏览器，并重启浏览器。' },
  },
  {
    code: codes.ERROR_SCREENSHARE_INVALIDACCESS, name: 'ERROR_SCREENSHARE_INVALIDACCESS', raised: true,
    cause: { en: 'The browser refused the capture: `InvalidAccessError`.', zh: '浏览器拒绝采集：`InvalidAccessError`。' },
    remedy: { en: 'Report it with `cause`; no known way leads here in today\'s browsers.', zh: '附上 `cause` 反馈问题；当前浏览器中没有已知的触发方式。' },
  },
  {
    code: codes.ERROR_SCREENSHARE_ABORTERROR, name: 'ERROR_SCREENSHARE_ABORTERROR', raised: true,
    cause: { en: 'The browser gave the capture up: `AbortError`.', zh: '浏览器中止了采集：`AbortError`。' },
    remedy: { en: 'Try again.', zh: '重试。' },
  },
  {
    code: codes.ERROR_SCREENSHARE_INVALIDSTATEERROR, name: 'ERROR_SCREENSHARE_INVALIDSTATEERROR', raised: true,
    cause: { en: 'No user gesture, or the page has no focus: `InvalidStateError`.', zh: '没有用户手势，或页面没有焦点：`InvalidStateError`。' },
    remedy: { en: 'Call `publish()` in the handler of a click.', zh: '在点击事件的处理函数中调用 `publish()`。' },
  },
  {
    code: codes.ERROR_SCREENSHARE_TYPEERROR, name: 'ERROR_SCREENSHARE_TYPEERROR', raised: true,
    cause: { en: 'The browser does not understand what was asked of the capture: `TypeError`.', zh: '浏览器不接受采集参数：`TypeError`。' },
    remedy: { en: 'Use a size and frame rate that `setVideoProfile` documents.', zh: '使用 `setVideoProfile` 文档中的分辨率和帧率。' },
  },
  {
    code: codes.ERROR_NOTSUPPORT_WEBRTC, name: 'ERROR_NOTSUPPORT_WEBRTC', raised: true,
    cause: { en: 'The browser has no WebRTC, or an extension or a policy took it away.', zh: '浏览器没有 WebRTC，或被扩展、策略禁用。' },
    remedy: { en: 'Use a current Chrome, Edge, Firefox or Safari, and no in-app view.', zh: '使用最新的 Chrome、Edge、Firefox 或 Safari，不要使用应用内网页。' },
  },
  {
    code: codes.ERROR_NEEDHTTPS, name: 'ERROR_NEEDHTTPS', raised: true,
    cause: { en: 'The page is neither HTTPS nor on localhost.', zh: '页面既不是 HTTPS 也不在 localhost 上。' },
    remedy: { en: 'Serve it over HTTPS; `isDebug: true` skips the check but gives no devices.', zh: '使用 HTTPS；`isDebug: true` 只跳过检查，不会使设备可用。' },
  },
  {
    code: codes.ERROR_NOTSUPPORT_DEVICE, name: 'ERROR_NOTSUPPORT_DEVICE', raised: true,
    cause: { en: 'The browser gives this page no devices: `navigator.mediaDevices` is missing.', zh: '浏览器不向此页面提供设备：缺少 `navigator.mediaDevices`。' },
    remedy: { en: 'Serve the page over HTTPS; in a frame allow microphone and camera.', zh: '使用 HTTPS；在 iframe 中允许麦克风和摄像头。' },
  },
  {
    code: codes.ERROR_NOTSUPPORT_H264, name: 'ERROR_NOTSUPPORT_H264', raised: true,
    cause: { en: 'The browser has no video codec in common with the server (the original: no H.264).', zh: '浏览器与服务器没有共同的视频编码（原版：不支持 H.264）。' },
    remedy: { en: 'Use a current browser, or `setAudioOnlyMode(true)`.', zh: '使用最新的浏览器，或 `setAudioOnlyMode(true)`。' },
  },
  {
    code: codes.ERROR_NOTSUPPORT_BROWSER, name: 'ERROR_NOTSUPPORT_BROWSER', raised: true,
    cause: { en: 'The browser is too old.', zh: '浏览器版本过低。' },
    remedy: { en: 'Update it.', zh: '升级浏览器。' },
  },
  {
    code: codes.ERROR_NOTSUPPORT_SCREENSHARE, name: 'ERROR_NOTSUPPORT_SCREENSHARE', raised: true,
    cause: { en: 'The browser cannot share a screen; phones cannot.', zh: '浏览器不支持屏幕共享；手机不支持。' },
    remedy: { en: 'Ask `isSupportScreenShare()` before offering it.', zh: '提供该功能前先调用 `isSupportScreenShare()`。' },
  },
  {
    code: codes.ERROR_NOTSUPPORT_SETOUTPUTDEVICE, name: 'ERROR_NOTSUPPORT_SETOUTPUTDEVICE', raised: true,
    cause: { en: 'The audio output is not there, or the user has not allowed it.', zh: '音频输出设备不存在，或用户未允许使用。' },
    remedy: { en: 'Take an id from `getDevices()`, after a capture was allowed.', zh: '在允许采集之后，从 `getDevices()` 取设备 id。' },
  },
  {
    code: codes.ERROR_NOTSUPPORT_SETSINKID, name: 'ERROR_NOTSUPPORT_SETSINKID', raised: true,
    cause: { en: 'The browser cannot choose an audio output.', zh: '浏览器不支持选择音频输出设备。' },
    remedy: { en: 'Let the user choose it in the system\'s settings.', zh: '请用户在系统设置中选择。' },
  },
  {
    code: codes.ERROR_OPTIONS_CHANNELPROFILE_CDNLIVE, name: 'ERROR_OPTIONS_CHANNELPROFILE_CDNLIVE', raised: false,
    cause: { en: 'The original: the call is not available in channel profile 2.', zh: '原版：该调用在频道模式 2 下不可用。' },
    remedy: { en: 'Earshot treats profile 2 as 1.', zh: 'Earshot 将模式 2 视为 1。' },
  },
  {
    code: codes.ERROR_OPTIONS_CHANNELPROFILE_RTC, name: 'ERROR_OPTIONS_CHANNELPROFILE_RTC', raised: false,
    cause: { en: 'The original: the call is only available in channel profile 2.', zh: '原版：该调用仅在频道模式 2 下可用。' },
    remedy: { en: 'Earshot treats profile 2 as 1.', zh: 'Earshot 将模式 2 视为 1。' },
  },
  {
    code: codes.ERROR_OPTIONS_LIVE_CANNOT_PUBLISH, name: 'ERROR_OPTIONS_LIVE_CANNOT_PUBLISH', raised: true,
    cause: { en: 'We are the audience (role 1 in profile 1 or 2), which cannot publish.', zh: '当前是观众（模式 1 或 2 下的角色 1），不能发布。' },
    remedy: { en: '`await setClientRole(0)` first.', zh: '先 `await setClientRole(0)`。' },
  },
  {
    code: codes.ERROR_OPTIONS_AUDIO_ONLY, name: 'ERROR_OPTIONS_AUDIO_ONLY', raised: true,
    cause: { en: 'Video was asked for in audio-only mode.', zh: '在纯音频模式下请求了视频。' },
    remedy: { en: 'Set `configLocalCameraPublish` and `configLocalScreenPublish` to false, or leave and `setAudioOnlyMode(false)`.', zh: '将 `configLocalCameraPublish` 和 `configLocalScreenPublish` 设为 false，或离开频道后 `setAudioOnlyMode(false)`。' },
  },
  {
    code: codes.ERROR_OPTIONS_ENABLECAMERA, name: 'ERROR_OPTIONS_ENABLECAMERA', raised: true,
    cause: { en: 'The camera was asked for while `enableCamera` is false.', zh: '`enableCamera` 为 false 时请求了摄像头。' },
    remedy: { en: 'Set `enableCamera = true`, or leave the camera out.', zh: '设置 `enableCamera = true`，或不使用摄像头。' },
  },
  {
    code: codes.ERROR_NO_USER, name: 'ERROR_NO_USER', raised: true,
    cause: { en: 'There is no such user in the channel (any more), or we are in no channel.', zh: '频道中没有该用户（或已离开），或当前不在频道中。' },
    remedy: { en: 'Take ids from `onPublisher` or `getUserList()`.', zh: '从 `onPublisher` 或 `getUserList()` 取用户 id。' },
  },
  {
    code: codes.ERROR_NO_ROOMSERVER, name: 'ERROR_NO_ROOMSERVER', raised: true,
    cause: { en: 'None of the addresses in `gslb` could be reached.', zh: '`gslb` 中的地址均无法连接。' },
    remedy: { en: 'Check the address, the server, and what proxies and firewalls do to WebSockets.', zh: '检查地址、服务器，以及代理和防火墙对 WebSocket 的限制。' },
  },
  {
    code: codes.ERROR_NO_MATCH_ROOMSERVER, name: 'ERROR_NO_MATCH_ROOMSERVER', raised: false,
    cause: { en: 'The original: its directory knew no server for this client.', zh: '原版：调度服务没有可用的服务器。' },
    remedy: { en: 'Earshot has no directory; see 10150.', zh: 'Earshot 没有调度服务，见 10150。' },
  },
  {
    code: codes.ERROR_AUTOPLAY_UNKNOWN_ERROR, name: 'ERROR_AUTOPLAY_UNKNOWN_ERROR', raised: true,
    cause: { en: 'A media element could not play; `cause` has the browser\'s own error, `userId` the user.', zh: '媒体元素无法播放；浏览器的原始错误在 `cause` 中，用户在 `userId` 中。' },
    remedy: { en: 'Read `cause`; check that the element is in the page and not used by something else.', zh: '查看 `cause`；检查元素是否在页面中、是否被他处使用。' },
  },
  {
    code: codes.ERROR_AUTOPLAY_ERROR, name: 'ERROR_AUTOPLAY_ERROR', raised: true,
    cause: { en: 'The browser plays no sound before the user has clicked; `userId` says whose.', zh: '用户点击页面之前浏览器不播放声音；用户在 `userId` 中。' },
    remedy: { en: 'Ask for a click; it brings the sound.', zh: '提示用户点击页面，点击后即有声音。' },
  },
  {
    code: codes.ERROR_ICE_DISCONNECTED, name: 'ERROR_ICE_DISCONNECTED', raised: false,
    cause: { en: 'The original: the connection of channel profile 2 was lost.', zh: '原版：频道模式 2 的连接断开。' },
    remedy: { en: 'Earshot treats profile 2 as 1; see 10301 and 10302.', zh: 'Earshot 将模式 2 视为 1，见 10301 和 10302。' },
  },
  {
    code: codes.ERROR_ICE_PUBLISH_DISCONNECTED, name: 'ERROR_ICE_PUBLISH_DISCONNECTED', raised: true,
    cause: { en: 'What we publish does not reach the server any more. `type` is `publish`.', zh: '本端发布的媒体已无法到达服务器。`type` 为 `publish`。' },
    remedy: { en: '`publish()` sends everything again. If it comes back: are the UDP ports of the server open?', zh: '调用 `publish()` 会重新发送全部媒体。反复出现时检查服务器的 UDP 端口是否开放。' },
  },
  {
    code: codes.ERROR_ICE_SUBSCRIBE_DISCONNECTED, name: 'ERROR_ICE_SUBSCRIBE_DISCONNECTED', raised: true,
    cause: { en: 'What we receive does not arrive any more. `type` is `subscribe`; once for each `userId`.', zh: '订阅的媒体已无法到达。`type` 为 `subscribe`；每个 `userId` 一次。' },
    remedy: { en: 'Leave and join again. If it comes back: are the UDP ports of the server open?', zh: '离开并重新加入频道。反复出现时检查服务器的 UDP 端口是否开放。' },
  },
  {
    code: codes.ERROR_HEARTBEAT_TIMEOUT, name: 'ERROR_HEARTBEAT_TIMEOUT', raised: true,
    cause: { en: 'The connection to the server was lost, and did not come back in time. The engine is idle again.', zh: '与服务器的连接断开且未能及时恢复；引擎已回到空闲状态。' },
    remedy: { en: 'Join again, with fresh auth info if it has expired.', zh: '重新加入频道；鉴权信息过期时先更新。' },
  },
  {
    code: codes.ERROR_NOSESSION, name: 'ERROR_NOSESSION', raised: true,
    cause: { en: 'The server does not know our session any more, and refuses another one; the message contains `no session` and says why. The engine is idle again.', zh: '服务器已没有本端的会话，且拒绝重新加入；`message` 含 `no session` 及原因。引擎已回到空闲状态。' },
    remedy: { en: 'Join again with fresh auth info.', zh: '用新的鉴权信息重新加入频道。' },
  },
  {
    code: codes.ERROR_PUBLISH_NOSTREAM, name: 'ERROR_PUBLISH_NOSTREAM', raised: true,
    cause: { en: 'Nothing that is switched on could be captured.', zh: '已打开的各项均无法采集。' },
    remedy: { en: 'See `onError` for why; switch on something that is there.', zh: '原因见 `onError`；打开可用的项目。' },
  },
  {
    code: codes.ERROR_ANSWER_FAIL, name: 'ERROR_ANSWER_FAIL', raised: true,
    cause: { en: 'The server\'s answer could not be applied by the browser; `cause` has its own error.', zh: '浏览器无法应用服务器的应答；原始错误在 `cause` 中。' },
    remedy: { en: 'Report it with `cause`, the browser and its version.', zh: '附上 `cause`、浏览器及其版本反馈问题。' },
  },
  {
    code: codes.ERROR_FREQUENTLY_OPERATION, name: 'ERROR_FREQUENTLY_OPERATION', raised: true,
    cause: { en: 'Called again while the previous call of the same kind (for the same user) is still pending.', zh: '上一次同类调用（针对同一用户）尚未完成时再次调用。' },
    remedy: { en: 'Await the previous call.', zh: '等待上一次调用完成。' },
  },
  {
    code: codes.ERROR_H5_COMPATIBLE_MODE, name: 'ERROR_H5_COMPATIBLE_MODE', raised: false,
    cause: { en: 'The original: the other side is a native client without its H5 mode.', zh: '原版：对方是未开启 H5 兼容模式的原生客户端。' },
    remedy: { en: 'Earshot has no native clients.', zh: 'Earshot 没有原生客户端。' },
  },
  {
    code: codes.ERROR_AUDIOMIXING_UNKNOWN_ERROR, name: 'ERROR_AUDIOMIXING_UNKNOWN_ERROR', raised: false,
    cause: { en: 'The original: mixing failed.', zh: '原版：混音失败。' },
    remedy: { en: 'Earshot does not mix; pass a mixed track to `setExternalMediaTrack`.', zh: 'Earshot 不提供混音；将混好的音轨传给 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_LOAD_AUDIO_FAILED, name: 'ERROR_LOAD_AUDIO_FAILED', raised: false,
    cause: { en: 'The original: the file could not be loaded.', zh: '原版：文件加载失败。' },
    remedy: { en: 'Earshot does not mix; pass a mixed track to `setExternalMediaTrack`.', zh: 'Earshot 不提供混音；将混好的音轨传给 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_INVALID_AUDIO_MIXING_STATE, name: 'ERROR_INVALID_AUDIO_MIXING_STATE', raised: false,
    cause: { en: 'The original: not possible in the present state of the mix.', zh: '原版：当前混音状态不允许该操作。' },
    remedy: { en: 'Earshot does not mix; pass a mixed track to `setExternalMediaTrack`.', zh: 'Earshot 不提供混音；将混好的音轨传给 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_NOTSUPPORT_AUDIOCONTEXT, name: 'ERROR_NOTSUPPORT_AUDIOCONTEXT', raised: false,
    cause: { en: 'The original: the browser has no AudioContext.', zh: '原版：浏览器不支持 AudioContext。' },
    remedy: { en: 'Earshot does not mix; pass a mixed track to `setExternalMediaTrack`.', zh: 'Earshot 不提供混音；将混好的音轨传给 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_AUTOPLAY_FAIL, name: 'ERROR_AUTOPLAY_FAIL', raised: false,
    cause: { en: 'The original: the browser wants a user gesture first.', zh: '原版：浏览器要求先有用户手势。' },
    remedy: { en: 'Earshot does not mix; pass a mixed track to `setExternalMediaTrack`.', zh: 'Earshot 不提供混音；将混好的音轨传给 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_NOT_ARRAYBUFFER, name: 'ERROR_NOT_ARRAYBUFFER', raised: false,
    cause: { en: 'The original: what was loaded is no audio data.', zh: '原版：加载的内容不是音频数据。' },
    remedy: { en: 'Earshot does not mix; pass a mixed track to `setExternalMediaTrack`.', zh: 'Earshot 不提供混音；将混好的音轨传给 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_AUDIO_MIXING_MISSING_PARAME, name: 'ERROR_AUDIO_MIXING_MISSING_PARAME', raised: false,
    cause: { en: 'The original: a parameter is missing.', zh: '原版：缺少参数。' },
    remedy: { en: 'Earshot does not mix; pass a mixed track to `setExternalMediaTrack`.', zh: 'Earshot 不提供混音；将混好的音轨传给 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_START_MIX_FAIL, name: 'ERROR_START_MIX_FAIL', raised: false,
    cause: { en: 'The original: the mix could not be started.', zh: '原版：无法开始混音。' },
    remedy: { en: 'Earshot does not mix; pass a mixed track to `setExternalMediaTrack`.', zh: 'Earshot 不提供混音；将混好的音轨传给 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_RESUME_AUDIO_FAIL, name: 'ERROR_RESUME_AUDIO_FAIL', raised: false,
    cause: { en: 'The original: the mix could not be resumed.', zh: '原版：无法恢复混音。' },
    remedy: { en: 'Earshot does not mix; pass a mixed track to `setExternalMediaTrack`.', zh: 'Earshot 不提供混音；将混好的音轨传给 `setExternalMediaTrack`。' },
  },
  {
    code: codes.ERROR_ALREADY_JOINED, name: 'ERROR_ALREADY_JOINED', raised: true,
    cause: { en: 'The engine is in a channel already, or joining one.', zh: '引擎已在频道中，或正在加入。' },
    remedy: { en: '`await leaveChannel()` first, or use a second engine.', zh: '先 `await leaveChannel()`，或使用另一个引擎。' },
  },
  {
    code: codes.ERROR_ALREADY_LEAVING, name: 'ERROR_ALREADY_LEAVING', raised: false,
    cause: { en: 'The original: leaving is under way already.', zh: '原版：正在离开频道。' },
    remedy: { en: 'In Earshot leaving twice is leaving once.', zh: 'Earshot 中重复离开等同于离开一次。' },
  },
  {
    code: codes.ERROR_NOT_IN_CHANNEL, name: 'ERROR_NOT_IN_CHANNEL', raised: true,
    cause: { en: 'The engine is in no channel (any more).', zh: '引擎不在（或已不在）频道中。' },
    remedy: { en: 'Call it after `joinChannel` has resolved.', zh: '在 `joinChannel` 完成之后调用。' },
  },
  {
    code: codes.ERROR_NOT_PUBLISHING, name: 'ERROR_NOT_PUBLISHING', raised: true,
    cause: { en: 'Nothing is published.', zh: '当前没有发布。' },
    remedy: { en: 'Call `unPublish()` only while publishing.', zh: '仅在发布中调用 `unPublish()`。' },
  },
  {
    code: codes.ERROR_PUBLISH_CONFIGURATION, name: 'ERROR_PUBLISH_CONFIGURATION', raised: false,
    cause: { en: 'The family\'s code for an invalid configuration to publish.', zh: '同系列错误码：发布配置无效。' },
    remedy: { en: 'Earshot throws 16974081 where a wrong switch is set.', zh: 'Earshot 在设置错误的开关时直接抛出 16974081。' },
  },
  {
    code: codes.ERROR_SUBSCRIBE_CONFIGURATION, name: 'ERROR_SUBSCRIBE_CONFIGURATION', raised: false,
    cause: { en: 'The family\'s code for an invalid configuration to subscribe.', zh: '同系列错误码：订阅配置无效。' },
    remedy: { en: 'Earshot throws 16974081 where a wrong switch is set.', zh: 'Earshot 在设置错误的开关时直接抛出 16974081。' },
  },
  {
    code: codes.ERROR_ROLE_REFUSED, name: 'ERROR_ROLE_REFUSED', raised: true,
    cause: { en: 'The role cannot change: profile 0 has no roles, or something is being published.', zh: '无法切换角色：模式 0 没有角色，或正在发布。' },
    remedy: { en: '`setChannelProfile(1)` before joining; stop publishing first, or pass `resume = true`.', zh: '加入前调用 `setChannelProfile(1)`；先停止发布，或传入 `resume = true`。' },
  },
  {
    code: codes.ERROR_JOIN_TIMEOUT, name: 'ERROR_JOIN_TIMEOUT', raised: true,
    cause: { en: 'The server did not answer the join in time.', zh: '服务器未及时响应加入请求。' },
    remedy: { en: 'Try again; check the server\'s load and log.', zh: '重试；检查服务器负载和日志。' },
  },
  {
    code: codes.ERROR_SIGNALLING_HEARTBEAT, name: 'ERROR_SIGNALLING_HEARTBEAT', raised: false,
    cause: { en: 'The family\'s code for silence on the signalling connection.', zh: '同系列错误码：信令心跳超时。' },
    remedy: { en: 'Earshot reports 10310.', zh: 'Earshot 报告 10310。' },
  },
  {
    code: codes.ERROR_BAD_PARAMETER, name: 'ERROR_BAD_PARAMETER', raised: true,
    cause: { en: 'An argument or option is wrong, or auth info is incomplete: `parameter` names it, `message` says what was expected.', zh: '参数或选项错误，或鉴权信息不完整：`parameter` 为参数名，`message` 说明期望的值。' },
    remedy: { en: 'Pass what `message` asks for.', zh: '按 `message` 的要求传参。' },
  },
  {
    code: codes.ERROR_WRONG_STATE, name: 'ERROR_WRONG_STATE', raised: true,
    cause: { en: 'Not possible in the present state, such as after `dispose()` or while joining; `message` says which.', zh: '当前状态不允许该操作，例如 `dispose()` 之后或加入过程中；详见 `message`。' },
    remedy: { en: 'Wait for the call that is under way, or make a new engine.', zh: '等待进行中的调用完成，或新建引擎。' },
  },
  {
    code: codes.ERROR_PUBLISH_WRONG_ROLE, name: 'ERROR_PUBLISH_WRONG_ROLE', raised: true,
    cause: { en: 'The server refused to let the audience publish.', zh: '服务器拒绝观众发布。' },
    remedy: { en: '`await setClientRole(0)` first.', zh: '先 `await setClientRole(0)`。' },
  },
  {
    code: codes.ERROR_NO_STREAM, name: 'ERROR_NO_STREAM', raised: true,
    cause: { en: 'Nothing that is switched on for this user is being sent.', zh: '为该用户打开的流均未在发送。' },
    remedy: { en: 'Subscribe in `onPublisher`; switch on what its `streamConfigs` show as active.', zh: '在 `onPublisher` 中订阅；打开 `streamConfigs` 中状态为 active 的流。' },
  },
  {
    code: codes.ERROR_SESSION_REUSED, name: 'ERROR_SESSION_REUSED', raised: false,
    cause: { en: 'The family\'s code for a session id that was used before.', zh: '同系列错误码：会话 id 重复使用。' },
    remedy: { en: 'In Earshot the server makes the ids.', zh: 'Earshot 的会话 id 由服务器生成。' },
  },
  {
    code: codes.ERROR_SESSION_REMOVED, name: 'ERROR_SESSION_REMOVED', raised: false,
    cause: { en: 'The family\'s code for a session that is gone.', zh: '同系列错误码：会话已移除。' },
    remedy: { en: 'Earshot reports 10311.', zh: 'Earshot 报告 10311。' },
  },
  {
    code: codes.ERROR_H5_MODE_MISMATCH, name: 'ERROR_H5_MODE_MISMATCH', raised: false,
    cause: { en: 'The family\'s code for 10501.', zh: '同系列错误码，对应 10501。' },
    remedy: { en: 'Earshot has no native clients.', zh: 'Earshot 没有原生客户端。' },
  },
  {
    code: codes.ERROR_APP_UNKNOWN, name: 'ERROR_APP_UNKNOWN', raised: true,
    cause: { en: 'The server has no app with this `appid`.', zh: '服务器没有该 `appid` 的应用。' },
    remedy: { en: 'Compare `appid` with the server\'s `EARSHOT_APP_ID`.', zh: '将 `appid` 与服务器的 `EARSHOT_APP_ID` 对照。' },
  },
  {
    code: codes.ERROR_APP_DISABLED, name: 'ERROR_APP_DISABLED', raised: false,
    cause: { en: 'The family\'s code for an app that is switched off.', zh: '同系列错误码：应用已停用。' },
    remedy: { en: 'An Earshot server has one app, which is on.', zh: 'Earshot 服务器只有一个应用，始终启用。' },
  },
  {
    code: codes.ERROR_CHANNEL_EXPIRED, name: 'ERROR_CHANNEL_EXPIRED', raised: false,
    cause: { en: 'The family\'s code for a channel older than 48 hours.', zh: '同系列错误码：频道超过 48 小时。' },
    remedy: { en: 'In Earshot a channel lives as long as somebody is in it.', zh: 'Earshot 的频道在有人时一直存在。' },
  },
  {
    code: codes.ERROR_NO_CHANNEL, name: 'ERROR_NO_CHANNEL', raised: false,
    cause: { en: 'The family\'s code for a channel that does not exist.', zh: '同系列错误码：频道不存在。' },
    remedy: { en: 'In Earshot the first join makes the channel.', zh: 'Earshot 中首个成员加入时创建频道。' },
  },
  {
    code: codes.ERROR_TOKEN_INVALID, name: 'ERROR_TOKEN_INVALID', raised: true,
    cause: { en: 'The token does not fit the other fields, or the nonce does not begin with `AK-`.', zh: 'token 与其他字段不符，或 nonce 不以 `AK-` 开头。' },
    remedy: { en: 'Hash exactly the fields that are sent, in the documented order, with the server\'s `EARSHOT_APP_KEY`.', zh: '用服务器的 `EARSHOT_APP_KEY`，按文档顺序对实际发送的字段计算哈希。' },
  },
  {
    code: codes.ERROR_USER_STILL_IN_CHANNEL, name: 'ERROR_USER_STILL_IN_CHANNEL', raised: false,
    cause: { en: 'The family\'s code for a user who is in the channel already.', zh: '同系列错误码：该用户仍在频道中。' },
    remedy: { en: 'In Earshot the newer login wins; the older one gets `onBye` 3.', zh: 'Earshot 中后登录者有效，先登录者收到 `onBye` 3。' },
  },
  {
    code: codes.ERROR_OPTIONS_JOINCHANNEL, name: 'ERROR_OPTIONS_JOINCHANNEL', raised: true,
    cause: { en: 'The channel was opened with another profile.', zh: '频道以另一种模式打开。' },
    remedy: { en: 'All members call `setChannelProfile` with the same value before joining.', zh: '所有成员在加入前用相同的值调用 `setChannelProfile`。' },
  },
  {
    code: codes.ERROR_CHANNEL_ID_MALFORMED, name: 'ERROR_CHANNEL_ID_MALFORMED', raised: true,
    cause: { en: 'The channel id is not 1 to 64 of letters, digits, `_` and `-`, or is `0`.', zh: '频道 id 不是 1 到 64 个字母、数字、`_`、`-`，或为 `0`。' },
    remedy: { en: 'Choose another id.', zh: '更换频道 id。' },
  },
  {
    code: codes.ERROR_USER_ID_MALFORMED, name: 'ERROR_USER_ID_MALFORMED', raised: true,
    cause: { en: 'The user id is not 1 to 64 of letters, digits, `_` and `-`, or is `0`, which stands for ourselves.', zh: '用户 id 不是 1 到 64 个字母、数字、`_`、`-`，或为代表自己的 `0`。' },
    remedy: { en: 'Choose another id.', zh: '更换用户 id。' },
  },
  {
    code: codes.ERROR_TOKEN_EXPIRED, name: 'ERROR_TOKEN_EXPIRED', raised: true,
    cause: { en: '`timestamp`, the second at which the token expires, is in the past.', zh: '`timestamp`（token 的过期秒数）已过。' },
    remedy: { en: 'Get fresh auth info; compare the clocks of app server and channel server.', zh: '获取新的鉴权信息；核对应用服务器与频道服务器的时钟。' },
  },
  {
    code: codes.ERROR_CHANNEL_FULL, name: 'ERROR_CHANNEL_FULL', raised: true,
    cause: { en: 'The channel has as many members as the server allows.', zh: '频道成员数已达服务器上限。' },
    remedy: { en: 'Wait until somebody leaves, or raise the server\'s limit.', zh: '等待有人离开，或提高服务器上限。' },
  },
  {
    code: codes.ERROR_MALFORMED_MESSAGE, name: 'ERROR_MALFORMED_MESSAGE', raised: true,
    cause: { en: 'The server could not read a message; `message` names the field.', zh: '服务器无法解析消息；`message` 指出字段。' },
    remedy: { en: 'Use the same release of SDK and server.', zh: '使用同一版本的 SDK 和服务器。' },
  },
  {
    code: codes.ERROR_RATE_LIMITED, name: 'ERROR_RATE_LIMITED', raised: true,
    cause: { en: 'More messages than the server allows.', zh: '消息数超过服务器限制。' },
    remedy: { en: 'Call less often, or raise the server\'s limit.', zh: '降低调用频率，或提高服务器上限。' },
  },
  {
    code: codes.ERROR_SERVER_FULL, name: 'ERROR_SERVER_FULL', raised: true,
    cause: { en: 'The server has reached a limit, or is shutting down.', zh: '服务器达到上限，或正在关闭。' },
    remedy: { en: 'Try again later or elsewhere; see its metrics.', zh: '稍后或换一台服务器重试；查看其指标。' },
  },
  {
    code: codes.ERROR_MEDIA_REFUSED, name: 'ERROR_MEDIA_REFUSED', raised: true,
    cause: { en: 'The server could not use what the browser offers.', zh: '服务器无法使用浏览器提供的会话描述。' },
    remedy: { en: 'Report it with the browser, its version, and the server\'s log.', zh: '附上浏览器、版本及服务器日志反馈问题。' },
  },
  {
    code: codes.ERROR_INTERNAL, name: 'ERROR_INTERNAL', raised: true,
    cause: { en: 'Something failed that should not.', zh: '发生了不应出现的内部错误。' },
    remedy: { en: 'Report it with `message` and the server\'s log.', zh: '附上 `message` 和服务器日志反馈问题。' },
  },
  {
    code: codes.ERROR_AUDIO_METER, name: 'ERROR_AUDIO_METER', raised: true,
    cause: { en: 'Audio cannot be metered, so that levels are 0; `message` says why.', zh: '无法测量音频，电平为 0；原因见 `message`。' },
    remedy: { en: 'Allow `blob:` in the page\'s `script-src`, or use a browser with AudioWorklet.', zh: '在页面的 `script-src` 中允许 `blob:`，或使用支持 AudioWorklet 的浏览器。' },
  },
]
