// What the kernels share on vectors. The relaxed build fuses multiplication and addition where the machine can.

// @ts-ignore: decorator
@inline
export function upperHalf(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)
}

/** f64x2: x * y + z */
// @ts-ignore: decorator
@inline
export function multiplyAdd(x: v128, y: v128, z: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f64x2.relaxed_madd(x, y, z) : f64x2.add(z, f64x2.mul(x, y))
}

/** f64x2: z - x * y */
// @ts-ignore: decorator
@inline
export function multiplySubtract(x: v128, y: v128, z: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f64x2.relaxed_nmadd(x, y, z) : f64x2.sub(z, f64x2.mul(x, y))
}

/** f32x4: x * y + z */
// @ts-ignore: decorator
@inline
export function multiplyAdd32(x: v128, y: v128, z: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(x, y, z) : f32x4.add(z, f32x4.mul(x, y))
}
