/** Of an even count the upper of the two in the middle. */
export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

/**
 * Prints ratios; "2 x" is twice as fast as what it is compared with. Below its floor something broke, or the machine is
 * busy; the aim is our goal; `reached` is what a prototype or an earlier build reached. Floors and aims may be absent.
 *
 * @param {readonly { name: string, ratio: number, floor?: number, aim?: number, reached?: number }[]} rows
 * @param {string} title
 */
export function printTable(rows, title) {
  const columns = ['ratio', 'floor', 'aim', 'reached'].filter((column) => rows.some((row) => row[column] !== undefined))
  const width = Math.max(title.length, ...rows.map(({ name }) => name.length))
  const line = (name, cells, mark = '') => console.log(`${name.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join('')}${mark}`)
  line(title, columns)
  for (const row of rows) {
    const cells = columns.map((column) => row[column] === undefined ? '-' : `${row[column].toFixed(2)} x`)
    line(row.name, cells, row.ratio < row.floor ? '  BELOW ITS FLOOR' : '')
  }
  console.log()
}
