import { inNode } from '../../vitest.shared.ts'

// The working directory is a copy of one package.
export default { test: { include: inNode.test.include, exclude: ['**/*.browser.test.ts', 'test/**', 'src/sfu/**'] } }
