'use client'
import { useEffect } from 'react'
import { measure } from '../../measure.js'

export default function Page() {
  useEffect(() => { void measure('/worklet.js') }, [])
  return null
}
