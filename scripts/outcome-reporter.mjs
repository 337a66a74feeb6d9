// A reporter, of Vitest and of Playwright, that leaves what scripts/run.mjs adds up at the end: test-results/outcome.json,
// `{ passed, failures: [{ name, message }] }`. Only what passed has passed: a test that was skipped, or never came to run, is a failure.
import fs from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'

export default class {
  outcome = { passed: 0, failures: [] }

  /** Vitest's only call. */
  onTestRunEnd(modules, errorsOutside) {
    this.failed('outside the tests', errorsOutside)
    for (const module of modules) {
      const file = `${path.relative('', module.moduleId)} (${module.project.name.split(' ')[0]})`
      this.failed(file, module.errors())
      for (const suite of module.children.allSuites()) this.failed(`${file} > ${suite.fullName}`, suite.errors())
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result()
        this.ended(`${file} > ${test.fullName}`, state, state === 'passed', errors?.map((error) => ({ ...error, location: error.stacks?.[0] })))
      }
    }
    this.write()
  }

  /** Playwright's first call. */
  onBegin(_config, suite) {
    this.suite = suite
  }

  onError(error) {
    this.failed('outside the tests', [error])
  }

  onEnd() {
    for (const test of this.suite?.allTests() ?? []) {
      this.ended(test.titlePath().filter(Boolean).join(' > '), test.outcome(), test.outcome() === 'expected', test.results.flatMap(({ errors }) => errors))
    }
    this.write()
  }

  printsToStdio() {
    return false
  }

  ended(name, state, passed, errors = []) {
    if (passed) this.outcome.passed++
    else this.failed(name, errors.length > 0 ? errors : [{ message: state }])
  }

  /** One failure, whatever the number of errors; none without errors. */
  failed(name, errors) {
    if (errors.length > 0) this.outcome.failures.push({ name, message: errors.map(textOf).join('\n') })
  }

  write() {
    fs.mkdirSync('test-results', { recursive: true })
    fs.writeFileSync('test-results/outcome.json', JSON.stringify(this.outcome))
  }
}

function textOf({ message, value, stack, location: at }) {
  return stripVTControlCharacters(at ? `${message}\nat ${path.relative('', at.file)}:${at.line}:${at.column}` : stack ?? message ?? value)
}
