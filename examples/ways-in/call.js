// The smallest call with manual subscription; whoever imports it brings the engine, each in another way.
const server = 'http://localhost:8080'

export async function call(engine) {
  const query = new URLSearchParams(location.search)
  const channel = query.get('channel') ?? 'team-call'
  const name = query.get('name') ?? 'somebody'
  const say = (error) => { document.querySelector('[role=alert]').textContent = `${error.code}: ${error.message}` }
  try {
    engine.on('onError', say)
    engine.on('onJoin', ({ userId, displayName }) => addTile(userId, displayName))
    engine.on('onLeave', ({ userId }) => tileOf(userId).remove())
    engine.on('onPublisher', async ({ userId }) => {
      engine.configRemoteCameraTrack(userId, true, true)
      await engine.subscribe(userId).catch(say)
      engine.setDisplayRemoteVideo(userId, tileOf(userId).querySelector('video'), 1)
    })
    engine.on('onAudioLevel', (rows) => rows.forEach(({ userId, level }) => { tileOf(userId).querySelector('meter').value = level }))
    engine.on('onMedia', ({ userId, rtt, camera }) => {
      tileOf(userId).querySelector('output').value = `${rtt} ms, ${camera ? `${camera.width}×${camera.height}, ${camera.fps} fps` : 'no camera'}`
    })
    engine.enableAudioVolumeIndicator = true

    await engine.isSupport()
    await engine.startPreview(addTile('0', name).querySelector('video'))
    const { data } = await (await fetch(`${server}/app/v1/login?${new URLSearchParams({ room: channel, user: name })}`)).json()
    await engine.joinChannel({ ...data, channel }, name)
    engine.configLocalAudioPublish = true
    engine.configLocalCameraPublish = true
    await engine.publish()
    addEventListener('pagehide', () => void engine.leaveChannel())
  } catch (error) {
    say(error)
  }
}

function addTile(userId, displayName) {
  const tile = document.createElement('section')
  tile.dataset.userId = userId
  tile.innerHTML = '<video autoplay playsinline></video><strong></strong><meter min="0" max="100" aria-label="Level"></meter><output></output>'
  tile.querySelector('strong').textContent = displayName
  tile.querySelector('video').muted = userId === '0'
  document.querySelector('main').append(tile)
  return tile
}

function tileOf(userId) {
  return document.querySelector(`section[data-user-id="${userId}"]`)
}
