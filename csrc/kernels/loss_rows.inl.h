// What losses have in common. Included inside an ISA namespace, after simd/vec.inl.h.

/// What a row counts in the batch's loss.
template <class T>
inline T row_scale(const LossArgs<T>& l, Index i) {
    const double weight = l.weight == nullptr ? 1 : static_cast<double>(l.weight[i]);
    return static_cast<T>(l.scale * weight);
}

/// A row that counts nothing has no gradient, also where its loss is infinite.
template <class T>
inline void clear_row(Matrix<T> gradient, Index i) {
    for (Index j = 0; j < gradient.cols; ++j) *gradient.at(i, j) = 0;
}

/// One in lane `lane`, if the vector has it.
template <class V>
inline V one_hot(Index lane) {
    const auto number = static_cast<typename LaneOf<V>::integer>(lane);
    return lane_numbers<V>(std::make_index_sequence<lanes<V>>{}) == number ? broadcast<V>(1) : V{};
}
