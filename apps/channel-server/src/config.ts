import type { Limits } from './limits.js'
import { basicSettings, limitSettings, type Basics, type Setting, type Settings } from './settings.js'

/** All the server is told from outside. */
export interface Config extends Basics {
  readonly limits: Limits
}

export type ConfigResult =
  /** `unknown` are set variables that start with EARSHOT_ and mean nothing: typing errors, most of the time. */
  | { readonly ok: true; readonly config: Config; readonly unknown: readonly string[] }
  /** One sentence for each bad value; it names the variable. */
  | { readonly ok: false; readonly problems: readonly string[] }

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the environment. A variable that is set but empty counts as not set, as compose files leave them. */
export function readConfig(env: Environment): ConfigResult {
  const problems: string[] = []
  const basics = readAll(basicSettings, env, problems)
  const limits = readAll(limitSettings, env, problems)
  problems.push(...contradictions(basics))
  if (problems.length > 0) return { ok: false, problems }
  const known = new Set(settingRows().map((row) => row.variable))
  const unknown = Object.keys(env).filter((name) => name.startsWith('EARSHOT_') && !known.has(name))
  return { ok: true, config: { ...basics, limits }, unknown }
}

function readAll<Values extends object>(settings: Settings<Values>, env: Environment, problems: string[]): Values {
  const entries = Object.entries<Setting<unknown>>(settings).map(([name, setting]) => [name, readOne(setting, env, problems)])
  return Object.fromEntries(entries) as Values // the table has one row per property, and each row reads or falls back to that type
}

function readOne<Value>(setting: Setting<Value>, env: Environment, problems: string[]): Value {
  const text = env[setting.variable]?.trim()
  if (text === undefined || text === '') return setting.fallback
  const value = setting.kind.read(text)
  if (value !== undefined) return value
  problems.push(`${setting.variable} must be ${setting.kind.expected}`)
  return setting.fallback
}

function contradictions(basics: Basics): string[] {
  const problems: string[] = []
  if (basics.rtcMinPort > basics.rtcMaxPort) {
    problems.push(`EARSHOT_RTC_MIN_PORT (${basics.rtcMinPort}) must not be above EARSHOT_RTC_MAX_PORT (${basics.rtcMaxPort})`)
  }
  if ((basics.tlsCert === null) !== (basics.tlsKey === null)) {
    const [set, missing] = basics.tlsCert === null ? ['EARSHOT_TLS_KEY', 'EARSHOT_TLS_CERT'] : ['EARSHOT_TLS_CERT', 'EARSHOT_TLS_KEY']
    problems.push(`${missing} must be set as well, because ${set} is`)
  }
  return problems
}

/** A row of the table of variables. */
export interface SettingRow {
  readonly variable: string
  readonly fallback: string
  readonly means: string
}

/** The table of variables, as the README shows it. */
export function settingRows(): readonly SettingRow[] {
  return Object.values<Setting<unknown>>({ ...basicSettings, ...limitSettings }).map((setting) => ({
    variable: setting.variable,
    fallback: setting.otherwise ?? String(setting.fallback),
    means: setting.means,
  }))
}

/** The table of variables in Markdown. */
export function settingsTable(): string {
  const rows = settingRows().map((row) => `| \`${row.variable}\` | ${row.fallback} | ${row.means} |`)
  return ['| variable | default | what |', '|---|---|---|', ...rows].join('\n')
}
