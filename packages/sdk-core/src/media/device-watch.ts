type Device = 'audio' | 'camera'

/** What the browser says of a permission; undefined where it says nothing. */
async function permissionOf(device: Device): Promise<PermissionStatus | undefined> {
  return navigator.permissions?.query({ name: device === 'audio' ? 'microphone' : 'camera' }).catch(() => undefined)
}

/** Whether the user has allowed all of these, so that nobody is being asked. */
export async function isAllowed(devices: readonly Device[]): Promise<boolean> {
  const permissions = await Promise.all(devices.map(permissionOf))
  return permissions.every((permission) => permission?.state === 'granted')
}

/** Calls back after each device that comes or goes, and each permission given or taken. Call the result to stop. */
export function watchDevices(onChange: () => void): () => void {
  const life = new AbortController()
  const { signal } = life
  navigator.mediaDevices?.addEventListener('devicechange', onChange, { signal })
  for (const device of ['audio', 'camera'] as const) {
    void permissionOf(device).then((permission) => permission?.addEventListener('change', onChange, { signal }))
  }
  return () => { life.abort() }
}

/**
 * Whether the microphone that the browser calls its default is another than the one captured as such. Only Chromium lists one
 * as 'default', and goes on capturing the old one; elsewhere the user, or the system, chooses.
 */
export function defaultMoved(captured: MediaTrackSettings | undefined, devices: readonly Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'groupId'>[]): boolean {
  return captured?.deviceId === 'default' && devices.some(({ kind, deviceId, groupId }) => kind === 'audioinput' && deviceId === 'default' && groupId !== captured.groupId)
}
