/** A start that cannot go on because of a setting; the message names the variable. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
