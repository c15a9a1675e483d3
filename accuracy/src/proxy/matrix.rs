//! The little linear algebra that scores need, on square matrices row by row.

/// ln |det|, by elimination with row pivots; nothing if the matrix is singular.
pub(super) fn log_determinant(matrix: &mut [f64], size: usize) -> Option<f64> {
    let mut sum = 0.0;
    for step in 0..size {
        let entry = |row: usize| matrix[row * size + step].abs();
        let pivot = (step..size).max_by(|&a, &b| entry(a).total_cmp(&entry(b)))?;
        let (top, rest) = matrix.split_at_mut((step + 1) * size);
        let row = &mut top[step * size..];
        if pivot > step {
            row.swap_with_slice(&mut rest[(pivot - step - 1) * size..][..size]);
        }
        let largest = row[step];
        let scale = rest
            .iter()
            .chain(&*row)
            .fold(0.0, |a: f64, b| a.max(b.abs()));
        if largest.abs() <= scale * f64::EPSILON * size as f64 {
            return None;
        }
        sum += libm::log(largest.abs());
        for other in rest.chunks_mut(size) {
            let factor = other[step] / largest;
            for (entry, &above) in other[step..].iter_mut().zip(&row[step..]) {
                *entry -= factor * above;
            }
        }
    }
    Some(sum)
}

/// The eigenvalues of a symmetric matrix, by cyclic Jacobi rotations
/// (G. Golub and C. Van Loan, "Matrix Computations", section 8.5).
pub(super) fn eigenvalues(matrix: &mut [f64], size: usize) -> Vec<f64> {
    const SWEEPS: usize = 50;
    let norm: f64 = matrix.iter().map(|entry| entry * entry).sum();
    for _ in 0..SWEEPS {
        let mut outside = 0.0;
        for row in 0..size {
            for column in row + 1..size {
                let entry = matrix[row * size + column];
                outside += entry * entry;
                rotate(matrix, size, row, column);
            }
        }
        if outside <= norm * f64::EPSILON * f64::EPSILON {
            break;
        }
    }
    (0..size).map(|i| matrix[i * size + i]).collect()
}

/// Rotates rows and columns `p` and `q` so that their entry becomes 0.
fn rotate(matrix: &mut [f64], size: usize, p: usize, q: usize) {
    let entry = matrix[p * size + q];
    if entry == 0.0 {
        return;
    }
    let ratio = (matrix[q * size + q] - matrix[p * size + p]) / (2.0 * entry);
    let tangent = ratio.signum() / (ratio.abs() + (ratio * ratio + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for i in 0..size {
        let (a, b) = (matrix[i * size + p], matrix[i * size + q]);
        matrix[i * size + p] = cosine * a - sine * b;
        matrix[i * size + q] = sine * a + cosine * b;
    }
    for i in 0..size {
        let (a, b) = (matrix[p * size + i], matrix[q * size + i]);
        matrix[p * size + i] = cosine * a - sine * b;
        matrix[q * size + i] = sine * a + cosine * b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_determinant_with_a_pivot() {
        let mut matrix = [0.0, 2.0, 1.0, 3.0, 1.0, 0.0, 1.0, 1.0, 1.0];
        // Along the first row: 0·(1 − 0) − 2·(3 − 0) + 1·(3 − 1) = −4.
        let value = log_determinant(&mut matrix, 3).unwrap();
        assert!((value - libm::log(4.0)).abs() < 1e-15);
        assert_eq!(log_determinant(&mut [1.0, 2.0, 2.0, 4.0], 2), None);
    }

    #[test]
    fn eigenvalues_of_a_known_matrix() {
        // The second difference: 2 − 2·cos(k·π / 4).
        let mut matrix = [2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0];
        let mut values = eigenvalues(&mut matrix, 3);
        values.sort_by(f64::total_cmp);
        let root = 2f64.sqrt();
        for (value, expected) in values.iter().zip([2.0 - root, 2.0, 2.0 + root]) {
            assert!((value - expected).abs() < 1e-14);
        }
    }
}
