//! Rust functions that cells of the language call.

use std::any::Any;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread;

/// The variable of the environment that names the socket at which a notebook's kernel waits for
/// functions.
pub const FUNCTIONS: &str = "NASAIC_FUNCTIONS";
/// The first byte of an answer that is a number: eight bytes follow, little-endian.
pub const NUMBER: u8 = 0;
/// The first byte of an answer that tells of a panic: the length of a text as four bytes,
/// little-endian, and the text follow.
pub const PANIC: u8 = 1;

/// A function of one to eight numbers: every `Fn(f64, …) -> f64` is one.
///
/// `Args` is the tuple of what it takes; it is never written out.
pub trait Function<Args>: Send + 'static {
    /// How many numbers it takes.
    const ARITY: usize;

    /// Its value for `ARITY` numbers.
    fn call(&self, args: &[f64]) -> f64;
}

macro_rules! functions_of {
    ($($arg:ident: $number:ty),+) => {
        impl<F: Fn($($number),+) -> f64 + Send + 'static> Function<($($number,)+)> for F {
            const ARITY: usize = [$(stringify!($arg)),+].len();

            fn call(&self, args: &[f64]) -> f64 {
                let [$($arg),+] = *args else {
                    return f64::NAN;
                };
                self($($arg),+)
            }
        }
    };
}

functions_of!(a: f64);
functions_of!(a: f64, b: f64);
functions_of!(a: f64, b: f64, c: f64);
functions_of!(a: f64, b: f64, c: f64, d: f64);
functions_of!(a: f64, b: f64, c: f64, d: f64, e: f64);
functions_of!(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64);
functions_of!(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64);
functions_of!(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, h: f64);

/// Lets cells of the language call `name(…)`, once the cell is done.
///
/// The function is called in its goals, specs, columns and expressions, one call at a time, in the
/// order of a search's trials, and never twice with the same numbers. Its value must follow from
/// its numbers and from what cells of the notebook say, since results are kept under the text of
/// those. A name that was registered before gets the new function. Outside of a notebook this
/// only says that there is none.
///
/// ```
/// nasaic_values::register("penalty", |latency: f64, limit: f64| (latency - limit).max(0.0));
/// ```
pub fn register<Args>(name: &str, function: impl Function<Args>) {
    let registered = match std::env::var_os(FUNCTIONS) {
        Some(socket) => register_at(Path::new(&socket), name, function),
        None => Err(io::Error::other("no kernel waits for functions here")),
    };
    if let Err(reason) = registered {
        eprintln!("`{name}` cannot be registered: {reason}");
    }
}

/// Registers a function at the socket of a kernel and answers its calls on a thread of its own.
///
/// Both sides keep one connection for each function. It begins with a line of JSON with the fields
/// `name` and `arity`. A call is the numbers, eight bytes each, little-endian; its answer begins
/// with [`NUMBER`] or [`PANIC`]. The thread ends when the connection does.
pub fn register_at<Args>(
    socket: &Path,
    name: &str,
    function: impl Function<Args>,
) -> io::Result<()> {
    let mut connection = UnixStream::connect(socket)?;
    let arity = arity_of(&function);
    writeln!(
        connection,
        "{}",
        serde_json::json!({ "name": name, "arity": arity })
    )?;
    // Named, so that a panic says whose it is.
    let thread = thread::Builder::new().name(format!("function {name}"));
    thread.spawn(move || while answer(&mut connection, &function).is_ok() {})?;
    Ok(())
}

fn arity_of<Args, F: Function<Args>>(_: &F) -> usize {
    F::ARITY
}

/// Answers one call; an error is the end of the connection.
fn answer<Args>(connection: &mut UnixStream, function: &impl Function<Args>) -> io::Result<()> {
    let mut bytes = vec![0; 8 * arity_of(function)];
    connection.read_exact(&mut bytes)?;
    let (numbers, _) = bytes.as_chunks::<8>();
    let args: Vec<f64> = numbers
        .iter()
        .map(|eight| f64::from_le_bytes(*eight))
        .collect();
    let mut out = Vec::with_capacity(9);
    match catch_unwind(AssertUnwindSafe(|| function.call(&args))) {
        Ok(number) => {
            out.push(NUMBER);
            out.extend(number.to_le_bytes());
        }
        Err(panic) => {
            let text = message(panic.as_ref());
            out.push(PANIC);
            out.extend(u32::try_from(text.len()).unwrap_or(0).to_le_bytes());
            out.extend(text.as_bytes());
        }
    }
    connection.write_all(&out)
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let fixed = panic.downcast_ref::<&str>().copied();
    let made = panic.downcast_ref::<String>().map(String::as_str);
    fixed.or(made).unwrap_or("it gave no message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufRead;
    use std::os::unix::net::UnixListener;

    /// A function registered at a socket, from the other side.
    fn registered<Args>(
        name: &str,
        function: impl Function<Args>,
    ) -> (serde_json::Value, io::BufReader<UnixStream>) {
        let socket = std::env::temp_dir().join(format!("values-{}-{name}", std::process::id()));
        let listener = UnixListener::bind(&socket).unwrap();
        register_at(&socket, name, function).unwrap();
        std::fs::remove_file(&socket).unwrap();
        let mut connection = io::BufReader::new(listener.accept().unwrap().0);
        let mut hello = String::new();
        connection.read_line(&mut hello).unwrap();
        (serde_json::from_str(&hello).unwrap(), connection)
    }

    fn call(connection: &mut io::BufReader<UnixStream>, args: &[f64]) -> [u8; 9] {
        let bytes: Vec<u8> = args.iter().flat_map(|x| x.to_le_bytes()).collect();
        connection.get_mut().write_all(&bytes).unwrap();
        let mut answer = [0; 9];
        connection.read_exact(&mut answer).unwrap();
        answer
    }

    #[test]
    fn numbers_go_in_and_a_number_comes_out_to_the_bit() {
        let (hello, mut connection) = registered("ratio", |a: f64, b: f64| a / b);
        assert_eq!(hello, serde_json::json!({ "name": "ratio", "arity": 2 }));
        for (a, b) in [(1.0, 3.0), (-0.0, 1.0), (1.0, 0.0)] {
            let answer = call(&mut connection, &[a, b]);
            assert_eq!(answer[0], NUMBER);
            assert_eq!(answer[1..], f64::to_le_bytes(a / b));
        }
    }

    #[test]
    fn a_panic_is_an_answer_and_not_the_end() {
        let (_, mut connection) = registered("picky", |x: f64| {
            assert!(x > 0.0, "cold");
            x
        });
        let answer = call(&mut connection, &[-1.0]);
        assert_eq!(
            (answer[0], &answer[1..5]),
            (PANIC, &4_u32.to_le_bytes()[..])
        );
        assert_eq!(&answer[5..], b"cold");
        assert_eq!(call(&mut connection, &[2.0])[1..], 2_f64.to_le_bytes());
    }
}
