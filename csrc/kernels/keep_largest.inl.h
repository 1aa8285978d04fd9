// The largest numbers of each row. Included inside an ISA namespace, after simd/math.inl.h.

/// The largest number that at least `count` of n are not below; what is NaN is passed over.
template <class T>
T bar_of_largest(const T* x, Index n, Index count) {
    using V = Vec<T>;
    constexpr T least = -infinity<T>;
    T bar = infinity<T>;
    for (;;) {
        V below = broadcast<V>(least);
        for (Index j = 0; j < n; j += lanes<V>) {
            const V v = load_up_to<V>(x + j, n - j, least);
            below = max(below, v < bar ? v : broadcast<V>(least));
        }
        bar = largest(below);
        V reach = V{};
        for (Index j = 0; j < n; j += lanes<V>)
            reach += load_up_to<V>(x + j, n - j, least) >= bar ? broadcast<V>(T{1}) : V{};
        if (bar == least || static_cast<Index>(sum(reach)) >= count) return bar;
    }
}

/// to = from where x is one of the `count` largest numbers of its row, of equal ones the first, and
/// 0 elsewhere. What is NaN is kept beside them.
template <class T>
void keep_largest(Matrix<const T> x, Matrix<const T> from, Index count, Matrix<T> to) {
    for (Index i = 0; i < x.rows; ++i) {
        const T* const row = x.at(i, 0);
        const T bar = bar_of_largest(row, x.cols, count);
        Index room = count;
        for (Index j = 0; j < x.cols; ++j) room -= row[j] > bar ? 1 : 0;
        for (Index j = 0; j < x.cols; ++j) {
            const bool is_at_bar = row[j] == bar;
            const bool kept = is_at_bar ? room > 0 : !(row[j] < bar);
            if (is_at_bar) --room;
            *to.at(i, j) = kept ? *from.at(i, j) : T{0};
        }
    }
}
