/** Line drawings on a grid of 24, in the colour of the text. */
const paths = {
  microphone: 'M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3',
  'microphone-off': 'M9 9v3a3 3 0 0 0 5 2.2M15 10.500V6a3 3 0 0 0-5.8-1M5.5 11.500a6.5 6.5 0 0 0 10.8 4.900M18.5 11.500a6.4 6.4 0 0 1-.6 2.700M12 18v3M4 4l16 16',
  camera: 'M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zM15 11l6-3.500v9L15 13',
  'camera-off': 'M9.5 7H13a2 2 0 0 1 2 2v3.500M14.5 16.300A2 2 0 0 1 13 17H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2h1M15 11l6-3.500v9l-2.5-1.500M4 4l16 16',
  screen: 'M4 4h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM9 20h6M12 16v4M12 13V7.500M9.5 10L12 7.500l2.5 2.5',
  leave: 'M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.700l1-1',
  sound: 'M4 9.500h3.500L12 5.500v13l-4.5-4H4zM15.5 9a4.5 4.5 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11',
} as const

export type IconName = keyof typeof paths

/** An ornament: the words beside it carry the meaning. */
export function icon(name: IconName): SVGSVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  made.setAttribute('viewBox', '0 0 24 24')
  made.setAttribute('aria-hidden', 'true')
  made.classList.add('icon')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', paths[name])
  made.append(path)
  return made
}
