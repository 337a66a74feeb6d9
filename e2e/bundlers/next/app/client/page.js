'use client'
import { said } from '../../../listen.js'
import { imported } from '../../../imports.js'

export default function Page() {
  return <output>{JSON.stringify({ imported, said })}</output>
}
