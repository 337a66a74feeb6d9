/** CPU time of this process: what else the machine does counts little. */
export function cpuNanoseconds() {
  const { user, system } = process.cpuUsage()
  return 1000 * (user + system)
}

/** Of an even count the upper of the two in the middle. */
export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

/**
 * Prints ratios; "2 x" is twice as fast as what it is compared with, or twice the cost where a row is to stay at most at its
 * floor. On the wrong side of it something broke, or the machine is busy; the aim is our goal; `reached` is what a prototype
 * reached. All three may be absent.
 *
 * @param {readonly { name: string, ratio: number, floor?: number, aim?: number, reached?: number, atMost?: boolean }[]} rows
 * @param {string} title
 */
export function printTable(rows, title) {
  const columns = ['ratio', 'floor', 'aim', 'reached'].filter((column) => rows.some((row) => row[column] !== undefined))
  const width = Math.max(title.length, ...rows.map(({ name }) => name.length))
  const line = (name, cells, mark = '') => console.log(`${name.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join('')}${mark}`)
  line(title, columns)
  for (const row of rows) {
    const cells = columns.map((column) => row[column] === undefined ? '-' : `${row[column].toFixed(2)} x`)
    const missed = row.atMost ? row.ratio > row.floor : row.ratio < row.floor
    line(row.name, cells, missed ? `  ${row.atMost ? 'ABOVE' : 'BELOW'} ITS FLOOR` : '')
  }
  console.log()
}
