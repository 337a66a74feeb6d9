// A call with manual subscription, as for the AliRTC Web SDK 1.x: `AliRtcEngine` is the global that earshot.global.js defines.
const server = 'http://localhost:8080'

const engine = new AliRtcEngine()
const form = document.querySelector('form')
const controls = document.querySelector('#controls')

// 1. Listeners come before joining, because joining tells who is there already.
engine.on('onJoin', ({ userId, displayName }) => addTile(userId, displayName))
engine.on('onLeave', ({ userId }) => tileOf(userId)?.remove())
engine.on('onPublisher', ({ userId }) => follow(userId))
engine.on('onUnPublisher', ({ userId }) => showScreen(userId, false))
engine.on('onError', (error) => {
  if (error.code === 10012 || error.code === 10011) document.querySelector('#screen').checked = false // ended, or not allowed
  say(error)
})
engine.on('onBye', ({ code }) => {
  end()
  say({ 1: 'You were removed.', 2: 'The channel was closed.', 3: 'You joined somewhere else.' }[code])
})
engine.on('onAudioLevel', (rows) => {
  for (const { userId, level } of rows) tileOf(userId).querySelector('meter').value = level
})
engine.on('onMedia', ({ userId, rtt, camera, bytesSentPerSecond, bytesReceivedPerSecond }) => {
  const size = camera ? `${camera.width}×${camera.height}, ${camera.fps} fps` : 'no camera'
  const bytes = bytesSentPerSecond ?? bytesReceivedPerSecond ?? 0
  tileOf(userId).querySelector('output').value = `${rtt} ms, ${size}, ${Math.round(bytes / 1000)} kB/s`
})
engine.enableAudioVolumeIndicator = true

form.onsubmit = async (event) => {
  event.preventDefault()
  const { channel, name } = Object.fromEntries(new FormData(form))
  say('')
  form.hidden = true
  try {
    // 2. Can this browser call at all?
    await engine.isSupport()
    await engine.startPreview(addTile('0', name).querySelector('.camera'))

    // 3. Auth info: your own app server makes it in production, with a key that no browser sees.
    const { data } = await (await fetch(`${server}/app/v1/login?${new URLSearchParams({ room: channel, user: name })}`)).json()
    await engine.joinChannel({ ...data, channel }, name)
    controls.hidden = false

    // 4. Microphone and camera. Leave it out to watch and listen only.
    await engine.publish()
  } catch (error) {
    await leave()
    say(error)
  }
}

// 5. `publish` and `subscribe` apply the switches as they are, as often as you like.
document.querySelector('#microphone').onchange = ({ target }) => engine.muteLocalMic(!target.checked)
document.querySelector('#camera').onchange = ({ target }) => engine.muteLocalCamera(!target.checked)
document.querySelector('#screen').onchange = ({ target }) => {
  engine.configLocalScreenPublish = target.checked
  engine.publish().catch(say)
}
document.querySelector('#leave').onclick = leave

let turn = Promise.resolve()

/** onPublisher comes after each change of what a user sends; one `subscribe` waits for the one before, else it is refused with 10500. */
function follow(userId) {
  turn = turn.then(async () => {
    const user = engine.getUserInfo(userId)
    if (user === null) return // left meanwhile
    engine.configRemoteAudio(userId, true)
    engine.configRemoteCameraTrack(userId, true, true) // the large picture
    engine.configRemoteScreenTrack(userId, true)
    await engine.subscribe(userId)
    engine.setDisplayRemoteVideo(userId, tileOf(userId).querySelector('.camera'), 1)
    const screen = user.streamConfigs.some(({ label, state }) => label === 'sophon_video_screen_share' && state === 'active')
    if (screen) engine.setDisplayRemoteVideo(userId, tileOf(userId).querySelector('.screen'), 2)
    showScreen(userId, screen)
  }).catch(say)
}

async function leave() {
  await engine.stopPreview()
  await engine.leaveChannel()
  end()
}

function end() {
  document.querySelector('main').replaceChildren()
  form.hidden = false
  controls.hidden = true
}

function addTile(userId, displayName) {
  const tile = document.querySelector('template').content.firstElementChild.cloneNode(true)
  tile.dataset.userId = userId
  tile.querySelector('strong').textContent = displayName
  tile.querySelector('.camera').muted = userId === '0' // nobody wants to hear themselves
  document.querySelector('main').append(tile)
  return tile
}

function tileOf(userId) {
  return document.querySelector(`section[data-user-id="${userId}"]`)
}

function showScreen(userId, on) {
  tileOf(userId)?.querySelector('.screen').toggleAttribute('data-on', on)
}

function say(problem) {
  document.querySelector('#problem').textContent = problem?.code === undefined ? problem : `${problem.code}: ${problem.message}`
}
