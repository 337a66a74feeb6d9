import type { LoginFault } from './login.js'
import type { Loudness } from './level-scale.js'
import type { NumberName } from './media-numbers.js'
import type { Language } from './page-url.js'
import type { StreamNews } from './stream-state.js'

/** Every word of the page. A function where something has to be filled in. */
export interface Texts {
  /** For the `lang` attribute. */
  readonly locale: string
  readonly title: (channel: string) => string
  readonly tagline: string
  readonly language: string
  readonly form: Record<'heading' | 'channel' | 'channelHelp' | 'name' | 'nameHelp' | 'processing' | 'processingHelp' | 'join' | 'joining' | 'copyLink' | 'insecure', string>
  readonly faults: Record<'channelEmpty' | 'channelMalformed' | 'nameEmpty', string>
  readonly call: Record<
    'users' | 'controls' | 'muteMicrophone' | 'muteCamera' | 'shareScreen' | 'leave' | 'copyLink' | 'playSound' | 'tryAgain' | 'dismiss' | 'notices', string>
  readonly channelHeading: (channel: string) => string
  readonly peopleCount: (count: number) => string
  readonly you: (name: string) => string
  readonly cameraOf: (name: string) => string
  readonly screenOf: (name: string) => string
  readonly ownScreen: string
  readonly tile: Record<'noCamera' | 'cameraMuted' | 'microphoneMuted' | 'noMicrophone' | 'waiting', string>
  readonly levelOf: (name: string) => string
  readonly loudness: Record<Loudness, string>
  /** A level for those who hear it read, for example "minus 12 decibels, normal". */
  readonly spokenLevel: (decibels: number, loudness: Loudness) => string
  readonly numbers: Record<NumberName, string>
  readonly log: Record<'heading' | 'perSecond' | 'empty' | 'clear', string>
  readonly joined: (name: string) => string
  readonly left: (name: string) => string
  readonly news: (name: string, news: StreamNews) => string
  readonly said: Record<'linkCopied' | 'connectedAgain' | 'screenCancelled' | 'screenEnded' | 'microphoneMuted' | 'microphoneOn' | 'cameraMuted' | 'cameraOn' | 'youLeft', string>
  readonly linkNotCopied: (link: string) => string
  readonly connection: Record<'reconnecting' | 'disconnected', string>
  /** What is sent after a device failed. */
  readonly publishing: Record<'audioOnly' | 'cameraOnly' | 'nothing', string>
  readonly soundBlocked: string
  readonly bye: Readonly<Record<number, string>>
  readonly login: (fault: LoginFault) => string
  /** Error codes that have words of their own. */
  readonly errors: Readonly<Record<number, string>>
  readonly otherError: (message: string, code?: number) => string
  readonly notReceived: (name: string, reason: string) => string
}

const en: Texts = {
  locale: 'en',
  title: (channel) => (channel ? `${channel} · Earshot` : 'Earshot'),
  tagline: 'A call you can measure',
  language: 'Language',
  form: {
    heading: 'Enter a call',
    channel: 'Channel',
    channelHelp: 'Everybody with the same channel meets. Letters, digits, _ and -, at most 64.',
    name: 'Your name',
    nameHelp: 'Somebody who enters with the same name takes your place.',
    processing: 'Voice processing',
    processingHelp: 'Echo cancellation, noise suppression and gain control. Off for measurements and music.',
    join: 'Join',
    joining: 'Joining…',
    copyLink: 'Copy link',
    insecure: 'Microphone, camera and meters need HTTPS: open this page on this very machine as localhost, or from another machine with https://.',
  },
  faults: {
    channelEmpty: 'Enter a channel.',
    channelMalformed: 'A channel has 1 to 64 letters A–Z, digits, _ and -, and is not just “0”.',
    nameEmpty: 'Enter your name, so that others know who you are.',
  },
  call: {
    users: 'People in the call', controls: 'Call controls', muteMicrophone: 'Mute microphone', muteCamera: 'Mute camera', shareScreen: 'Share screen',
    leave: 'Leave', copyLink: 'Copy link', playSound: 'Click to play sound', tryAgain: 'Try again', dismiss: 'Dismiss', notices: 'Messages',
  },
  channelHeading: (channel) => `Channel ${channel}`,
  peopleCount: (count) => (count === 1 ? '1 person' : `${count} people`),
  you: (name) => `${name} (you)`,
  cameraOf: (name) => `Camera of ${name}`,
  screenOf: (name) => `Screen of ${name}`,
  ownScreen: 'You are sharing your screen',
  tile: { noCamera: 'No camera', cameraMuted: 'Camera muted', microphoneMuted: 'Microphone muted', noMicrophone: 'No microphone', waiting: 'Sends nothing' },
  levelOf: (name) => `Level of ${name}`,
  loudness: { none: 'no sound', silent: 'silent', quiet: 'quiet', normal: 'normal', loud: 'loud', 'full-scale': 'full scale' },
  spokenLevel: (decibels, loudness) => {
    if (loudness === 'none' || loudness === 'silent') return en.loudness[loudness]
    const rounded = Math.round(decibels)
    return `${rounded < 0 ? 'minus ' : ''}${Math.abs(rounded)} decibels, ${en.loudness[loudness]}`
  },
  numbers: { rtt: 'Round trip', rate: 'Data', size: 'Picture', fps: 'Frames/s' },
  log: { heading: 'Callbacks', perSecond: 'Per-second ones', empty: 'Nothing yet.', clear: 'Clear' },
  joined: (name) => `${name} joined`,
  left: (name) => `${name} left`,
  news: (name, news) => `${name}: ${{
    'microphone-muted': 'microphone muted', 'microphone-on': 'microphone on', 'camera-off': 'camera off', 'camera-on': 'camera on',
    'screen-on': 'shares a screen', 'screen-off': 'stopped sharing the screen',
  }[news]}`,
  said: {
    linkCopied: 'Link copied', connectedAgain: 'Connected again', screenCancelled: 'Screen sharing was cancelled', screenEnded: 'Screen sharing has ended',
    microphoneMuted: 'Your microphone is muted', microphoneOn: 'Your microphone is on', cameraMuted: 'Your camera is muted', cameraOn: 'Your camera is on',
    youLeft: 'You left the call',
  },
  linkNotCopied: (link) => `The browser did not allow copying. The link is ${link}`,
  connection: {
    reconnecting: 'The connection is interrupted. Trying to get it back…',
    disconnected: 'The connection is lost.',
  },
  publishing: {
    audioOnly: 'You are sending sound only.', cameraOnly: 'You are sending your camera without sound.', nothing: 'You can see and hear the others, but send nothing yourself.',
  },
  soundBlocked: 'The browser does not play sound before you have clicked.',
  bye: {
    1: 'You were removed from the call.', 2: 'The channel was closed.',
    3: 'You joined from another place with the same name, so this one has left.',
  },
  login: (fault) => {
    switch (fault.kind) {
      case 'unreachable': return 'The server cannot be reached. Is it running?'
      case 'no-development-login': return 'This server gives no login to this page: start it with EARSHOT_DEV_LOGIN=1.'
      case 'refused': return `The server refused the login (${fault.status}): ${fault.message}`
    }
  },
  errors: {
    10000: 'A microphone or camera failed.', 10001: 'No microphone was found.', 10002: 'No camera was found.',
    10003: 'The browser was not allowed to use the microphone.', 10004: 'The browser was not allowed to use the camera.',
    10005: 'The microphone is blocked by the system or used by another program.', 10006: 'The camera is blocked by the system or used by another program.',
    10007: 'The camera cannot give the picture that was asked for.', 10008: 'The microphone was unplugged.', 10009: 'The camera was unplugged.',
    10010: 'Sharing the screen failed.', 10013: 'The system does not allow this browser to record the screen.',
    10020: 'This browser cannot make calls (no WebRTC).', 10021: 'Calls need HTTPS.', 10022: 'This browser gives no access to microphone and camera.',
    10112: 'As audience you cannot send.', 10150: 'No server for calls could be reached.',
    10301: 'Others cannot see or hear you any more: the connection for sending is lost.', 10302: 'You cannot see or hear others any more: the connection for receiving is lost.',
    10310: 'The server has not answered for 90 seconds.', 10311: 'The server no longer knows this call. Enter it again.', 10400: 'There is nothing to send.',
    10500: 'That was too fast; the last change is still under way.', 20001: 'The channel is full.', 20003: 'The server was asked too much in too short a time.', 20004: 'The server is full.',
    16908804: 'Joining took too long.', 33620485: 'The server refused the token.', 84148226: 'The token has expired. Reload the page.',
  },
  otherError: (message, code) => (code === undefined ? message : `${message} (${code})`),
  notReceived: (name, reason) => `${name} cannot be received. ${reason}`,
}

const zh: Texts = {
  locale: 'zh-CN',
  title: (channel) => (channel ? `${channel} · Earshot` : 'Earshot'),
  tagline: '看得见数据的通话',
  language: '语言',
  form: {
    heading: '进入通话',
    channel: '频道',
    channelHelp: '相同频道的人会进入同一通话。可用字母、数字、_ 和 -，最多 64 个字符。',
    name: '你的名字',
    nameHelp: '如果有人用相同的名字进入，你会被替换。',
    processing: '语音处理',
    processingHelp: '回声消除、降噪和自动增益。测量或播放音乐时请关闭。',
    join: '加入',
    joining: '正在进入…',
    copyLink: '复制链接',
    insecure: '麦克风、摄像头和电平表需要 HTTPS：请在本机用 localhost 打开本页，或在其他机器上用 https:// 打开。',
  },
  faults: {
    channelEmpty: '请填写频道。',
    channelMalformed: '频道须为 1 到 64 个字母 A–Z、数字、_ 或 -，且不能只是“0”。',
    nameEmpty: '请填写名字，让别人知道你是谁。',
  },
  call: {
    users: '通话中的人', controls: '通话控制', muteMicrophone: '麦克风静音', muteCamera: '关闭画面', shareScreen: '共享屏幕',
    leave: '离开', copyLink: '复制链接', playSound: '点击播放声音', tryAgain: '重试', dismiss: '关闭提示', notices: '消息',
  },
  channelHeading: (channel) => `频道 ${channel}`,
  peopleCount: (count) => `${count} 人`,
  you: (name) => `${name}（你）`,
  cameraOf: (name) => `${name} 的摄像头`,
  screenOf: (name) => `${name} 的屏幕`,
  ownScreen: '你正在共享屏幕',
  tile: { noCamera: '没有摄像头', cameraMuted: '画面已关闭', microphoneMuted: '麦克风已静音', noMicrophone: '没有麦克风', waiting: '未发送' },
  levelOf: (name) => `${name} 的电平`,
  loudness: { none: '无声音', silent: '静音', quiet: '较轻', normal: '正常', loud: '较响', 'full-scale': '满刻度' },
  spokenLevel: (decibels, loudness) => {
    if (loudness === 'none' || loudness === 'silent') return zh.loudness[loudness]
    const rounded = Math.round(decibels)
    return `${rounded < 0 ? '负' : ''} ${Math.abs(rounded)} 分贝，${zh.loudness[loudness]}`.trim()
  },
  numbers: { rtt: '往返时延', rate: '数据', size: '画面', fps: '帧率' },
  log: { heading: '回调', perSecond: '含每秒回调', empty: '暂无。', clear: '清空' },
  joined: (name) => `${name} 已加入`,
  left: (name) => `${name} 已离开`,
  news: (name, news) => `${name}：${{
    'microphone-muted': '麦克风已静音', 'microphone-on': '麦克风已打开', 'camera-off': '摄像头已关闭', 'camera-on': '摄像头已打开',
    'screen-on': '正在共享屏幕', 'screen-off': '已停止共享屏幕',
  }[news]}`,
  said: {
    linkCopied: '链接已复制', connectedAgain: '已重新连接', screenCancelled: '已取消屏幕共享', screenEnded: '屏幕共享已结束',
    microphoneMuted: '你的麦克风已静音', microphoneOn: '你的麦克风已打开', cameraMuted: '你的画面已关闭', cameraOn: '你的画面已打开',
    youLeft: '你已离开通话',
  },
  linkNotCopied: (link) => `浏览器不允许复制。链接是 ${link}`,
  connection: {
    reconnecting: '连接中断，正在恢复…',
    disconnected: '连接已断开。',
  },
  publishing: { audioOnly: '你只在发送声音。', cameraOnly: '你在发送画面，没有声音。', nothing: '你能看到和听到别人，但自己没有发送。' },
  soundBlocked: '在你点击之前，浏览器不会播放声音。',
  bye: { 1: '你已被移出通话。', 2: '频道已关闭。', 3: '你用相同的名字在别处加入了，所以这里已离开。' },
  login: (fault) => {
    switch (fault.kind) {
      case 'unreachable': return '无法连接服务器。它在运行吗？'
      case 'no-development-login': return '服务器不为本页提供登录：请用 EARSHOT_DEV_LOGIN=1 启动。'
      case 'refused': return `服务器拒绝登录（${fault.status}）：${fault.message}`
    }
  },
  errors: {
    10000: '麦克风或摄像头出错。', 10001: '没有找到麦克风。', 10002: '没有找到摄像头。',
    10003: '浏览器未获准使用麦克风。', 10004: '浏览器未获准使用摄像头。',
    10005: '麦克风被系统禁用或被其他程序占用。', 10006: '摄像头被系统禁用或被其他程序占用。',
    10007: '摄像头无法提供所要求的画面。', 10008: '麦克风已被拔出。', 10009: '摄像头已被拔出。',
    10010: '屏幕共享失败。', 10013: '系统不允许此浏览器录制屏幕。',
    10020: '此浏览器不支持通话（没有 WebRTC）。', 10021: '通话需要 HTTPS。', 10022: '此浏览器无法访问麦克风和摄像头。',
    10112: '观众不能发送。', 10150: '无法连接任何通话服务器。',
    10301: '发送连接已断开，别人看不到也听不到你。', 10302: '接收连接已断开，你看不到也听不到别人。',
    10310: '服务器已 90 秒没有回应。', 10311: '服务器已不认识此通话，请重新进入。', 10400: '没有可以发送的内容。',
    10500: '操作太快，上一次更改还在进行。', 20001: '频道人数已满。', 20003: '短时间内请求过多。', 20004: '服务器已满。',
    16908804: '进入通话超时。', 33620485: '服务器拒绝了令牌。', 84148226: '令牌已过期，请刷新页面。',
  },
  otherError: (message, code) => (code === undefined ? message : `${message}（${code}）`),
  notReceived: (name, reason) => `无法接收 ${name}。${reason}`,
}

export const TEXTS: Readonly<Record<Language, Texts>> = { en, zh }

/** What a problem is called; unknown codes keep the SDK's own message. */
export function wordsFor(texts: Texts, problem: { readonly code?: number; readonly message: string }): string {
  return (problem.code === undefined ? undefined : texts.errors[problem.code]) ?? texts.otherError(problem.message, problem.code)
}
