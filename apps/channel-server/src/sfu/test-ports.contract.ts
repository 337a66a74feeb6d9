/**
 * Ten UDP ports for one test process, so that test runs at the same time do not take each other's. Below the range that
 * Linux gives out by itself (32768 on); vitest runs each test file in a process of its own.
 */
export const TEST_PORTS: { readonly minPort: number; readonly maxPort: number } = {
  minPort: 20_000 + (process.pid % 1200) * 10,
  maxPort: 20_009 + (process.pid % 1200) * 10,
}
